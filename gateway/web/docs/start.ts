// Shows the interface of the server that this page comes from. No request goes anywhere else.
declare function SwaggerUIBundle(options: {
    url: string;
    dom_id: string;
    deepLinking: boolean;
    displayRequestDuration: boolean;
    filter: boolean;
    persistAuthorization: boolean;
    validatorUrl: null;
}): unknown;

SwaggerUIBundle({
    url: "/openapi.json",
    dom_id: "#reader",
    deepLinking: true,
    displayRequestDuration: true,
    filter: true,
    persistAuthorization: false,
    validatorUrl: null,
});
