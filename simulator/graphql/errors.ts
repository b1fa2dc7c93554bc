import { GraphQLError } from "graphql";

/** A validation error in the words Shopify uses, as far as they are known. */
export function asShopifyError(error: GraphQLError, operation: string): object {
  const { message } = error;
  const locations = error.locations?.map(({ line, column }) => ({ line, column })) ?? [];

  const field = /^Cannot query field "(\w+)" on type "(\w+)"/.exec(message);
  if (field) {
    const [, fieldName = "", typeName = ""] = field;
    return {
      message: `Field '${fieldName}' doesn't exist on type '${typeName}'`,
      locations,
      path: [operation, fieldName],
      extensions: { code: "undefinedField", typeName, fieldName },
    };
  }
  const argument = /^Unknown argument "(\w+)" on field "(\w+)\.(\w+)"/.exec(message);
  if (argument) {
    const [, argumentName = "", , fieldName = ""] = argument;
    return {
      message: `Field '${fieldName}' doesn't accept argument '${argumentName}'`,
      locations,
      path: [operation, fieldName, argumentName],
      extensions: { code: "argumentNotAccepted", name: fieldName, typeName: "Field", argumentName },
    };
  }
  return {
    message,
    locations,
    path: error.path ?? [operation],
    extensions: { code: "invalidQuery", ...error.extensions },
  };
}

/** What a field answers the app without its scope. */
export function accessDenied(fieldName: string, scopes: readonly string[]): GraphQLError {
  const required = `${scopes.map((scope) => `\`${scope}\``).join(" or ")} access scope.`;
  return new GraphQLError(`Access denied for ${fieldName} field. Required access: ${required}`, {
    extensions: {
      code: "ACCESS_DENIED",
      documentation: "https://shopify.dev/api/usage/access-scopes",
      requiredAccess: required,
    },
  });
}
