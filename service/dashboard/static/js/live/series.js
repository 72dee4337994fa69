/** A history as it grows: rows of named columns, in the order of one of them, each place once. */

export class Series {
  #rows = new Map();
  #order = null;
  #columns = [];

  /** `key` is the column that orders the rows: epoch or step. */
  constructor(key) {
    this.key = key;
  }

  get length() {
    return this.#rows.size;
  }

  get columns() {
    return this.#columns;
  }

  /** Take rows in: { columns, rows }. A row whose place is known already takes the place of the known one. */
  merge({ columns, rows }) {
    const at = columns.indexOf(this.key);
    const fresh = columns.filter((name) => !this.#columns.includes(name));
    if (fresh.length) this.#columns = [...this.#columns, ...fresh];
    for (const row of rows) {
      const record = Object.fromEntries(columns.map((name, index) => [name, row[index]]));
      this.#rows.set(row[at], record);
    }
    this.#order = null;
  }

  /** Begin again with these rows. */
  replace(table) {
    this.#rows.clear();
    this.merge(table);
  }

  /** The values of a column in order; null where there is none. */
  column(name) {
    return this.#places().map((place) => this.#rows.get(place)[name] ?? null);
  }

  /** The row of a place as { column: value }, or null. */
  at(place) {
    return this.#rows.get(place) ?? null;
  }

  /** The last row as { column: value }, or null. */
  get last() {
    return this.at(this.#places().at(-1));
  }

  #places() {
    this.#order ??= [...this.#rows.keys()].sort((a, b) => a - b);
    return this.#order;
  }
}
