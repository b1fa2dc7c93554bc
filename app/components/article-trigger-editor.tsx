import { Text } from "@shopify/polaris";
import type { FeedProblem } from "../articles/article-store.ts";
import type { ArticleTrigger } from "../journeys/article-trigger.ts";
import { Notice, Panel } from "./admin-page.tsx";
import { TextInput } from "./fields.tsx";
import { problemAt } from "./form-problems.ts";
import { HourField } from "./hour-field.tsx";
import type { TriggerEditorProps } from "./trigger-editor.tsx";

const PROBLEMS: Record<FeedProblem, string> = {
  unreachable: "There was no answer. We try again every 15 minutes.",
  not_found: "There is nothing at that address. Open it in your browser to check it.",
  refused: "The address sends us away. A shop behind a password keeps its blog to itself.",
  not_a_feed: "What is there is not an Atom or RSS feed.",
  too_large: "It is larger than 2 MB.",
  not_public: "It is not on the public internet.",
};

/** Which feed is read, and how that goes. */
export function ArticleTriggerEditor({ trigger, facts, problems, onChange }: TriggerEditorProps<ArticleTrigger>) {
  const { feed } = facts;
  return (
    <Panel title="Your blog" description="New articles are gathered for one message a day at most.">
      {feed?.problem ? (
        <Notice tone="critical" title="The feed could not be read">
          {PROBLEMS[feed.problem]}
        </Notice>
      ) : (
        <Text as="p" tone="subdued">
          {feed?.readAt
            ? "The feed is read every 15 minutes, and all is well. Articles from before the first reading are never told of."
            : "The feed is read for the first time when you switch the journey on."}
        </Text>
      )}
      <TextInput
        label="Address of the feed"
        value={trigger.feedUrl}
        onChange={(feedUrl) => onChange({ ...trigger, feedUrl })}
        error={problemAt(problems, "trigger.feedUrl")}
        help="Of a blog in your shop: /blogs/, its name and .atom. Or an https address of an Atom or RSS feed elsewhere."
        dir="ltr"
      />
      <HourField
        hour={trigger.hour}
        error={problemAt(problems, "trigger.hour")}
        onChange={(hour) => onChange({ ...trigger, hour })}
      />
    </Panel>
  );
}
