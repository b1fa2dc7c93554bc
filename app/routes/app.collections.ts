import { json } from "@remix-run/node";
import type { LoaderFunctionArgs } from "@remix-run/node";
import { adminContext } from "../admin-request.server.ts";
import { COLLECTION_TITLES, FIND_COLLECTIONS } from "../shopify/operations.ts";
import type { CollectionTitlesData, FindCollectionsData } from "../shopify/operations.ts";

/** Collections whose titles begin with some letters, and the titles of those chosen already. */
export async function loader({ request }: LoaderFunctionArgs) {
  const { admin, shop } = await adminContext(request);
  const { searchParams } = new URL(request.url);
  // What has a meaning in Shopify's search syntax is no part of a title's word.
  const letters = (searchParams.get("query") ?? "")
    .replaceAll(/[^\p{L}\p{N} ]/gu, " ")
    .trim()
    .slice(0, 60);
  const ids = (searchParams.get("ids") ?? "").split(",").filter((id) => /^\d{1,20}$/.test(id));

  const [found, titles] = await Promise.all([
    admin.query<FindCollectionsData>(shop, FIND_COLLECTIONS, { query: letters === "" ? null : `title:${letters}*` }),
    ids.length === 0
      ? null
      : admin.query<CollectionTitlesData>(shop, COLLECTION_TITLES, {
          ids: ids.slice(0, 25).map((id) => `gid://shopify/Collection/${id}`),
        }),
  ]);
  return json({
    collections: found.ok ? found.data.collections.nodes.map(shown) : [],
    chosen: titles?.ok
      ? titles.data.nodes.flatMap((node) => (node?.id && node.title ? [shown({ id: node.id, title: node.title })] : []))
      : [],
    isUnreachable: !found.ok,
  });
}

function shown({ id, title }: { id: string; title: string }) {
  return { id: id.split("/").at(-1) ?? id, title };
}
