import HTTP
import Settings

/// The document of the API as a page: every path with what it does. No script, nothing from elsewhere.
enum DocsPage {
  static func response(_ document: JSONValue) -> Response {
    var rows = ""
    for (path, operations) in document["paths"]?.object ?? [] {
      for (method, operation) in operations.object ?? [] {
        let schema = operation["requestBody"]?["content"]?.object?.first?.value["schema"]
        let detail = schema.map {
          "<details><summary>body</summary><pre>\(MarkupText.escaped($0.text(pretty: true)))</pre></details>"
        }
        rows += """
          <tr><td><code>\(method.uppercased())</code></td><td><code>\(MarkupText.escaped(path))</code></td>
          <td>\(MarkupText.escaped(operation["summary"]?.string ?? ""))\(detail ?? "")</td></tr>

          """
      }
    }
    let html = """
      <!doctype html>
      <html lang="en"><head><meta charset="utf-8"><title>Maquette's API</title>
      <meta name="viewport" content="width=device-width,initial-scale=1">
      <style>body{font:16px/1.5 sans-serif;margin:2em auto;max-width:70em;padding:0 1em}
      td{padding:.3em .8em;border-top:1px solid #ddd;vertical-align:top}pre{overflow:auto}</style></head>
      <body><h1>Maquette's API</h1>
      <p>Send <code>Authorization: Bearer KEY</code>. For machines: <a href="/openapi.json">openapi.json</a>.</p>
      <table>\(rows)</table></body></html>
      """
    return Response(type: "text/html; charset=utf-8", text: html)
      .with("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'")
  }
}
