import { Notes } from "./notes.ts";

/** The routes of the service, over a store of notes. */
export function routes(notes: Notes) {
  return {
    "/": () => Response.json({ name: "notes", routes: ["/notes", "/health"] }),
    "/health": () => Response.json({ status: "ok" }),
    "/notes": {
      GET: () => Response.json(notes.all()),
      POST: async (request: Request) => {
        const text = (await request.text()).trim();
        return text
          ? Response.json(notes.add(text), { status: 201 })
          : Response.json({ error: "a note needs text" }, { status: 400 });
      },
    },
  };
}
