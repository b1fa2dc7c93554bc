import type { CodeToGive, Spent } from "../../journeys/discount-store.ts";
import type { Database } from "./database.server.ts";
import type { notifications } from "./schema.server.ts";

const WEEK_MS = 7 * 86_400_000;

type Message = Pick<typeof notifications.$inferInsert, "id" | "shop" | "kind" | "runId" | "step">;

/** What was given away since then; counted no further than anybody's budget reaches. */
export function spentReader({ sqlite }: Database): (shop: string, journey: string, since: Date) => Spent {
  const read = sqlite.prepare<[{ shop: string; journey: string; since: number }], Spent>(
    `select (select count(*) from given_codes where shop = $shop and given_at > $since) as codes,
       (select count(*) from given_codes where shop = $shop and journey = $journey and given_at > $since) as codesOfJourney,
       (select coalesce(sum(cost), 0) from given_codes where shop = $shop and used_at > $since) as cost`,
  );
  return (shop, journey, since) => {
    const spent = read.get({ shop, journey, since: since.getTime() });
    return spent ?? { codes: 0, codesOfJourney: 0, cost: 0 };
  };
}

/**
 * Gives a code to the person a message goes to, inside the message's transaction.
 *
 * @returns false when another message took it, it was used meanwhile, or the week's budget is gone
 */
export function codeGiver(database: Database): (give: CodeToGive, message: Message, now: Date) => boolean {
  const { sqlite } = database;
  const spentIn = spentReader(database);
  const take = sqlite.prepare(
    `update discount_codes set state = 'taken', person_key = @personKey, notification_id = @notificationId, taken_at = @now
     where shop = @shop and code = @code and state = 'free'`,
  );
  const takeAgain = sqlite.prepare(
    `update discount_codes set notification_id = @notificationId where shop = @shop and code = @code and state = 'taken'
       and person_key = @personKey`,
  );
  const isStillHeld = sqlite
    .prepare<[string, string, string], 1>(
      "select 1 from given_codes where shop = ? and code = ? and person_key = ? and used_at is null",
    )
    .pluck();
  const note = sqlite.prepare(
    `insert into given_codes (shop, code, is_unique, offer, ends_at, journey, step, run_id, person_key, given_at)
     values (@shop, @code, @isUnique, @offer, @endsAt, @journey, @step, @runId, @personKey, @now)
     on conflict (shop, code, person_key) do nothing`,
  );

  return ({ code, isUnique, offer, endsAt, personKey, isAgain, budget }, { id, shop, kind, runId, step }, now) => {
    const row = { shop, code, personKey, notificationId: id, now: now.getTime() };
    if (isAgain) {
      if (isStillHeld.get(shop, code, personKey) === undefined) return false;
      if (isUnique) takeAgain.run(row);
      return true;
    }
    if (budget.codes !== null || budget.cost !== null || budget.codesOfJourney !== null) {
      const spent = spentIn(shop, kind, new Date(now.getTime() - WEEK_MS));
      if (spent.codes >= (budget.codes ?? Infinity)) return false;
      if (spent.cost >= (budget.cost ?? Infinity)) return false;
      if (spent.codesOfJourney >= (budget.codesOfJourney ?? Infinity)) return false;
    }
    if (isUnique && take.run(row).changes === 0) return false;
    note.run({
      shop,
      code,
      isUnique: isUnique ? 1 : 0,
      offer,
      endsAt: endsAt?.getTime() ?? null,
      journey: kind,
      step: step ?? "",
      runId: runId ?? null,
      personKey,
      now: now.getTime(),
    });
    return true;
  };
}
