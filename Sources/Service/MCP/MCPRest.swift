import Foundation
import HTTP
import Settings

/// The REST API from inside: tools ask what clients could ask, with the same answers.
struct MCPRest: Sendable {
  let dispatch: Dispatch
  let principal: Principal

  func ask(
    _ method: String, _ path: String, query: [(name: String, value: String)] = [],
    _ body: JSONValue? = nil, idempotencyKey: String? = nil
  ) async throws -> JSONValue {
    let headers = idempotencyKey.map { ["idempotency-key": $0] } ?? [:]
    let head = RequestHead(
      method: method, path: path, query: query, headers: headers, id: UUID().uuidString.lowercased()
    )
    let content: Request.Body = body.map { .bytes(Array($0.text().utf8)) } ?? .none
    let response = await dispatch.answer(Request(head: head, body: content), as: principal)
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
  ]

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
    let parts = uri.dropFirst(prefix.count).split(separator: "/").map(String.init)
    guard parts.count == 2, let path = paths[parts[0]],
      let value = try? await rest.ask("GET", path + parts[1])
    else { return nil }
    return [
      "uri": .string(uri), "mimeType": "application/json",
      "text": .string((value["data"] ?? value).text()),
    ]
  }
}
