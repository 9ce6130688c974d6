/** What many cells share: each object is stored once, and cells have its position. */
export class Pool<Key extends object, Value> {
  readonly list: Value[] = [];
  readonly #places = new Map<Key, number>();

  place(key: Key, make: () => Value): number {
    const known = this.#places.get(key);
    if (known !== undefined) return known;
    this.#places.set(key, this.list.length);
    return this.list.push(make()) - 1;
  }
}
