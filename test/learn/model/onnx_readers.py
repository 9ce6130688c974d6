"""Checks an ONNX file and runs it in programs other than onnxruntime.

Standard input: {"file": path, "shape": [batch, channels, height, width], "images": numbers}.
Standard output: {"onnx": logits, "opencv": logits}, row-major.
"""

import json
import sys

import cv2
import numpy
import onnx
from onnx.reference import ReferenceEvaluator

asked = json.load(sys.stdin)
file = asked["file"]
images = numpy.array(asked["images"], numpy.float32).reshape(asked["shape"])

onnx.checker.check_model(file, full_check=True)
by_onnx = ReferenceEvaluator(file).run(["logits"], {"images": images})[0]

net = cv2.dnn.readNetFromONNX(file)
net.setInput(images)
by_opencv = net.forward()

json.dump({"onnx": by_onnx.ravel().tolist(), "opencv": by_opencv.ravel().tolist()}, sys.stdout)
