import { Database } from "bun:sqlite";

export type Note = { id: number; text: string };

/** Notes in a database of SQLite, in memory unless a file is named. */
export class Notes {
  #database: Database;

  constructor(file = ":memory:") {
    this.#database = new Database(file);
    this.#database.run("create table if not exists notes (id integer primary key, text text not null)");
  }

  add(text: string): Note {
    return this.#database.query("insert into notes (text) values (?) returning *").get(text) as Note;
  }

  all(): Note[] {
    return this.#database.query("select * from notes order by id").all() as Note[];
  }
}
