import Foundation
import HTTP
import Operations
import Settings
import Work

/// The REST API from inside: tools ask what clients could ask, with the same answers.
struct MCPRest: Sendable {
  let dispatch: Dispatch
  let principal: Principal
  /// Whether whoever asks sits at this machine and may name its files.
  var isLocal = false
  /// The key that came with the request, for a call that names none itself.
  var idempotencyKey: String?

  func key(_ arguments: JSONValue) -> String? {
    arguments["idempotencyKey"]?.string ?? idempotencyKey
  }

  func ask(
    _ method: String, _ path: String, query: [(name: String, value: String)] = [],
    _ body: JSONValue? = nil, idempotencyKey: String? = nil
  ) async throws -> JSONValue {
    let headers = idempotencyKey.map { ["idempotency-key": $0] } ?? [:]
    let head = RequestHead(
      method: method, path: path, query: query, headers: headers, id: UUID().uuidString.lowercased()
    )
    let content: Request.Body = body.map { .bytes(Array($0.text().utf8)) } ?? .none
    return try await answer(Request(head: head, body: content))
  }

  /// Sends a form with one file, which is taken away afterwards.
  func send(
    _ path: String, file: String, name: String, fields: [(name: String, value: String)] = [],
    idempotencyKey: String? = nil
  ) async throws -> JSONValue {
    defer { try? FileManager.default.removeItem(atPath: file) }
    let size = fileBytes(file)
    let head = RequestHead(
      method: "POST", path: path, headers: idempotencyKey.map { ["idempotency-key": $0] } ?? [:],
      id: UUID().uuidString.lowercased())
    let form = Form(
      fields: fields, files: [.init(field: "file", name: name, path: file, bytes: size ?? 0)])
    return try await answer(Request(head: head, body: .form(form)))
  }

  private func answer(_ request: Request) async throws -> JSONValue {
    let response = await dispatch.answer(request, as: principal)
    guard case .bytes(let bytes) = response.content else { return .null }
    let value = bytes.isEmpty ? .null : try JSONValue(parsing: Data(bytes))
    guard (200..<300).contains(response.status) else {
      // The native dialect's errors in the same shape as the others'.
      throw MCPProblem(
        value["error"] != nil
          ? value
          : [
            "error": [
              "code": value["code"] ?? "failed", "message": value["title"] ?? "",
              "status": .integer(response.status),
            ]
          ])
    }
    return value
  }
}

/// Things to read by address.
enum MCPResources {
  static let templates: [JSONValue] = [
    template("maquette://models/{id}", "model", "A model, its numbers and its renders"),
    template("maquette://renders/{id}", "render", "How far a render is, and its files"),
    template("maquette://jobs/{id}", "job", "How far a job is, its result and its files"),
    template("maquette://docs/{page}", "docs", "What a verb does and takes: repair, dataset, ..."),
  ]

  /// A verb for people: what it does, and each option with its default.
  private static func page(_ name: String, _ uri: String) -> JSONValue? {
    guard let verb = Catalogue.verb(named: name) else { return nil }
    let options = verb.options.map { option in
      "- `\(option.key)`: \(option.help) `\(option.schema.text())`"
    }
    let text = (["# \(verb.name)", "", verb.summary, ""] + options).joined(separator: "\n")
    return ["uri": .string(uri), "mimeType": "text/markdown", "text": .string(text)]
  }

  private static func template(_ uri: String, _ name: String, _ text: String) -> JSONValue {
    [
      "uriTemplate": .string(uri), "name": .string(name), "description": .string(text),
      "mimeType": "application/json",
    ]
  }

  static func read(_ uri: String, _ rest: MCPRest) async -> JSONValue? {
    let paths = [
      "models": "/dxgl/v1/models/", "renders": "/dxgl/v1/renders/",
      "jobs": "/maq/maquette/v1/jobs/",
    ]
    let prefix = "maquette://"
    guard uri.hasPrefix(prefix) else { return nil }
    let parts = Router<Int>.segments(String(uri.dropFirst(prefix.count)))
    if parts.count == 2, parts[0] == "docs" { return page(parts[1], uri) }
    guard parts.count == 2, let path = paths[parts[0]],
      let value = try? await rest.ask("GET", path + parts[1])
    else { return nil }
    return [
      "uri": .string(uri), "mimeType": "application/json",
      "text": .string((value["data"] ?? value).text()),
    ]
  }
}
