import type { Context, Emitter, Liquid, TagToken, Template, TopLevelToken } from "liquidjs";
import { Hash, Tag, Tokenizer, TokenKind } from "liquidjs";
import { escapeHtml } from "./escape-html.ts";

/** Shopify's tags that liquidjs lacks. */
export function registerShopifyTags(liquid: Liquid): void {
  liquid.registerTag(
    "schema",
    rawBlock("schema", () => ""),
  );
  liquid.registerTag(
    "doc",
    rawBlock("doc", () => ""),
  );
  liquid.registerTag(
    "stylesheet",
    rawBlock("stylesheet", (text) => `<style>${text}</style>`),
  );
  liquid.registerTag(
    "javascript",
    rawBlock("javascript", (text) => `<script>(function(){${text}})();</script>`),
  );
  liquid.registerTag("style", StyleTag);
  liquid.registerTag("form", FormTag);
  liquid.registerTag("section", SectionTag);
}

/** The JSON inside `{% schema %}`, or null when a file has none. */
export function readSchema(source: string): unknown {
  const match = /\{%-?\s*schema\s*-?%\}([\s\S]*?)\{%-?\s*endschema\s*-?%\}/.exec(source);
  return match?.[1] ? JSON.parse(match[1]) : null;
}

function rawBlock(name: string, render: (text: string) => string) {
  return class extends Tag {
    private readonly text: string;
    constructor(token: TagToken, remaining: TopLevelToken[], engine: Liquid) {
      super(token, remaining, engine);
      const parts: string[] = [];
      for (;;) {
        const next = remaining.shift();
        if (!next) throw new Error(`tag {% ${name} %} is not closed`);
        if (next.kind === TokenKind.Tag && (next as TagToken).name === `end${name}`) break;
        parts.push(next.getText());
      }
      this.text = parts.join("");
    }
    override render(_context: Context, emitter: Emitter): void {
      emitter.write(render(this.text));
    }
  };
}

function parseUntil(engine: Liquid, remaining: TopLevelToken[], end: string): Template[] {
  const templates: Template[] = [];
  const stream = engine.parser.parseStream(remaining);
  stream
    .on(`tag:${end}`, () => void stream.stop())
    .on("template", (template: Template) => void templates.push(template))
    .on("end", () => {
      throw new Error(`{% ${end} %} is missing`);
    });
  stream.start();
  return templates;
}

class StyleTag extends Tag {
  private readonly templates: Template[];
  constructor(token: TagToken, remaining: TopLevelToken[], engine: Liquid) {
    super(token, remaining, engine);
    this.templates = parseUntil(engine, remaining, "endstyle");
  }
  override *render(context: Context, emitter: Emitter): Generator<unknown, void, unknown> {
    emitter.write("<style data-shopify>");
    yield this.liquid.renderer.renderTemplates(this.templates, context, emitter);
    emitter.write("</style>");
  }
}

const FORM_ACTIONS: Record<string, string> = {
  product: "cart/add",
  cart: "cart",
  localization: "localization",
  customer_login: "account/login",
};

class FormTag extends Tag {
  private readonly templates: Template[];
  private readonly type: string;
  private readonly hash: Hash;
  constructor(token: TagToken, remaining: TopLevelToken[], engine: Liquid) {
    super(token, remaining, engine);
    this.type = /^\s*['"]([\w-]+)['"]/.exec(token.args)?.[1] ?? "";
    // The second positional argument (the product) carries nothing that our forms need.
    const options = token.args.replace(/^\s*['"][\w-]+['"]\s*(,\s*[\w.[\]]+\s*(?=,|$))?,?/, "");
    this.hash = new Hash(new Tokenizer(options));
    this.templates = parseUntil(engine, remaining, "endform");
  }
  override *render(context: Context, emitter: Emitter): Generator<unknown, void, unknown> {
    const options = (yield this.hash.render(context)) as Record<string, unknown>;
    const root = String(context.getSync(["routes", "root_url"]) ?? "/").replace(/\/?$/, "/");
    const attributes = Object.entries(options)
      .map(([name, value]) => ` ${name}="${escapeHtml(value)}"`)
      .join("");

    emitter.write(
      `<form method="post" action="${root}${FORM_ACTIONS[this.type] ?? this.type}" accept-charset="UTF-8"${attributes}>`,
    );
    emitter.write(`<input type="hidden" name="form_type" value="${escapeHtml(this.type)}" />`);
    yield this.liquid.renderer.renderTemplates(this.templates, context, emitter);
    emitter.write("</form>");
  }
}

/** `{% section 'header' %}`: a section is a snippet in a wrapper of its own. */
class SectionTag extends Tag {
  private readonly section: string;
  constructor(token: TagToken, remaining: TopLevelToken[], engine: Liquid) {
    super(token, remaining, engine);
    this.section = /['"]([\w-]+)['"]/.exec(token.args)?.[1] ?? "";
  }
  override *render(context: Context, emitter: Emitter): Generator<unknown, void, unknown> {
    const templates = this.liquid.parseFileSync(this.section);
    emitter.write(`<div id="shopify-section-${this.section}" class="shopify-section">`);
    yield this.liquid.renderer.renderTemplates(templates, context.spawn({}), emitter);
    emitter.write("</div>");
  }
}
