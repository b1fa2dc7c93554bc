import { GraphQLError } from "graphql";

/** Arguments every connection takes. */
export type PageArguments = {
  first?: number | null;
  last?: number | null;
  after?: string | null;
  before?: string | null;
  reverse?: boolean | null;
};

const MAXIMUM_PAGE = 250;

/** A page of `items`, each seen through `view`, under `nodes`, `edges` and `pageInfo`. */
export function connection<T>(
  items: readonly T[],
  args: PageArguments,
  view: (item: T) => object,
  idOf: (item: T) => string,
): object {
  const size = args.first ?? args.last ?? null;
  if (size === null) throw badPage("you must provide one of first or last");
  if (size < 0 || size > MAXIMUM_PAGE) throw badPage(`first or last must be between 0 and ${MAXIMUM_PAGE}`);

  const ordered = args.reverse ? items.toReversed() : [...items];
  const cursors = ordered.map((item) => Buffer.from(JSON.stringify({ last_id: idOf(item) })).toString("base64"));
  const start = args.after ? cursors.indexOf(args.after) + 1 : 0;
  if (args.after && start === 0) throw badPage("Invalid cursor for current pagination sort.");
  const end = args.before ? cursors.indexOf(args.before) : ordered.length;
  const isFromEnd = args.first === undefined || args.first === null;
  const from = isFromEnd ? Math.max(start, end - size) : start;
  const to = isFromEnd ? end : Math.min(end, start + size);

  const page = ordered
    .slice(from, to)
    .map((item, index) => ({ cursor: cursors[from + index] ?? "", node: view(item) }));
  return {
    edges: page,
    nodes: page.map((edge) => edge.node),
    pageInfo: {
      hasNextPage: to < ordered.length,
      hasPreviousPage: from > 0,
      startCursor: page[0]?.cursor ?? null,
      endCursor: page.at(-1)?.cursor ?? null,
    },
  };
}

function badPage(message: string): GraphQLError {
  return new GraphQLError(message, { extensions: { code: "BAD_REQUEST" } });
}
