import { BlockStack, Button, InlineStack } from "@shopify/polaris";
import type { MessageText } from "../journeys/message-text.ts";
import { Choice, NumberInput, TextInput } from "./fields.tsx";

type Action = NonNullable<MessageText["actions"]>[number];

const MOST = 2;

const DEEDS = [
  { value: "message", label: "Leads where the message leads" },
  { value: "url", label: "Leads somewhere else" },
  { value: "quiet", label: "Keeps quiet for some days" },
  { value: "remind", label: "Comes again at an hour they know" },
  { value: "if_cheaper", label: "Comes again only if it gets cheaper" },
  { value: "share", label: "Shares the product" },
];
/** What a message by itself can keep: there is no journey to put off. */
const LONE_DEEDS = DEEDS.slice(0, 3);

/** The buttons under a message: their words, and what a tap does. */
export function ButtonsEditor({
  actions,
  path,
  dir,
  hasSubject,
  errorOf,
  onFocus,
  onChange,
}: {
  actions: Action[];
  /** Of the list in the definition: "steps.1.message.en.actions". */
  path: string;
  dir: "ltr" | "rtl";
  hasSubject: boolean;
  errorOf: (path: string) => string | undefined;
  onFocus: () => void;
  onChange: (actions: Action[]) => void;
}) {
  const replace = (index: number, action: Action) => onChange(actions.map((old, at) => (at === index ? action : old)));
  return (
    <BlockStack gap="300">
      {actions.map((action, index) => {
        const { does, url } = action;
        const error = (field: string) => errorOf(`${path}.${index}.${field}`);
        const deed = does?.type ?? (typeof url === "string" ? "url" : "message");
        return (
          <BlockStack gap="200" key={action.action}>
            <div className="bk-pair bk-pair-wide">
              <TextInput
                label={`Button ${index + 1}`}
                value={action.title}
                dir={dir}
                onChange={(title) => replace(index, { ...action, title })}
                onFocus={onFocus}
                error={error("title")}
              />
              <Choice
                label="A tap on it"
                value={deed}
                options={hasSubject ? DEEDS : LONE_DEEDS}
                onChange={(next) => replace(index, doing(next, action))}
                error={error("does")}
              />
            </div>
            {deed === "url" && (
              <TextInput
                label="Where it leads"
                placeholder="/collections/new"
                value={url ?? ""}
                dir="ltr"
                onChange={(next) => replace(index, { ...action, url: next })}
                error={error("url")}
                help="A path of the shop, or an https address."
              />
            )}
            {does?.type === "remind" && (
              <TextInput
                label="At"
                type="time"
                value={does.at}
                onChange={(at) => replace(index, { ...action, does: { ...does, at } })}
                error={error("does.at")}
                help="By the shopper’s own clock; tomorrow when it has passed."
              />
            )}
            {does?.type === "quiet" && (
              <NumberInput
                label="For"
                unit="days"
                value={does.days}
                least={1}
                most={90}
                onChange={(days) => replace(index, { ...action, does: { ...does, days } })}
                error={error("does.days")}
              />
            )}
            <InlineStack>
              <Button variant="plain" onClick={() => onChange(actions.filter((_, at) => at !== index))}>
                {`Remove button ${index + 1}`}
              </Button>
            </InlineStack>
          </BlockStack>
        );
      })}
      {actions.length < MOST && (
        <InlineStack>
          <Button variant="plain" onClick={() => onChange([...actions, { action: freeName(actions), title: "" }])}>
            Add a button
          </Button>
        </InlineStack>
      )}
    </BlockStack>
  );
}

function doing(deed: string, { action, title }: Action): Action {
  const words = { action, title };
  switch (deed) {
    case "url":
      return { ...words, url: "" };
    case "remind":
      return { ...words, does: { type: "remind", at: "20:00" } };
    case "quiet":
      return { ...words, does: { type: "quiet", days: 7 } };
    case "if_cheaper":
    case "share":
      return { ...words, does: { type: deed } };
    default:
      return words;
  }
}

/** The name by which a click on it is recorded. */
function freeName(actions: Action[]): string {
  return actions.some(({ action }) => action === "button-1") ? "button-2" : "button-1";
}
