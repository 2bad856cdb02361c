// What a neighbouring department's program might look like: it must compile against the generated types.
import createClient from "openapi-fetch";
import type { paths } from "./api";

const client = createClient<paths>({
  baseUrl: "http://127.0.0.1:8080",
  headers: { Authorization: "Bearer plt_…" },
});

export async function firmsOfACounty(): Promise<string[]> {
  const { data, error } = await client.GET("/api/v1/firm", {
    params: { query: { filter: { scope: "371581" }, sort: "name", limit: 50 } },
  });
  if (error) throw new Error(`${error.code}: ${error.title}`);
  return data.items.map((firm) => `${firm.id} ${firm.state} ${firm.version}`);
}

export async function proofOf(id: string): Promise<string | undefined> {
  const { data } = await client.GET("/api/v1/firm/{id}/proof", { params: { path: { id } } });
  return data?.proof;
}
