import Archives
import Foundation
import HTTP
import Settings
import Synchronization

/// Requests that come twice with one key are done once. The key, what was done and the answer are one
/// transaction; it is remembered for a day.
final class Idempotency: Sendable {
  private static let life = 24 * 3_600_000
  private let store: Store
  /// Keys whose requests are being answered.
  private let open = Mutex<Set<String>>([])

  init(_ store: Store) { self.store = store }

  func once(
    _ key: String, _ account: String, _ request: Request, _ run: () async throws -> Outcome
  ) async throws -> Response {
    guard (1...255).contains(key.utf8.count) else {
      throw ServiceProblem(.invalid("request"), "Idempotency-Key has 1 to 255 characters")
    }
    let (route, digest) = ("\(request.head.method) \(request.head.path)", try Self.digest(request))
    if let known = try store.read({ try Self.find(key, account, route, digest, $0) }) {
      return known
    }
    let name = account + "\n" + key
    guard open.withLock({ $0.insert(name).inserted }) else {
      throw ServiceProblem(.keyInUse, "a request with this Idempotency-Key is being answered")
    }
    defer { _ = open.withLock { $0.remove(name) } }
    switch try await run() {
    case .answer(let response): return response
    case .write(let body):
      return try await store.write { database in
        // Another process may have been quicker.
        if let known = try Self.find(key, account, route, digest, database) { return known }
        let response = try body(database)
        try Self.save(response, key, account, route, digest, database)
        return response
      }
    }
  }

  /// Of all that was asked for.
  private static func digest(_ request: Request) throws -> String {
    switch request.body {
    case .none: return Digest.sha256(of: [])
    case .bytes(let bytes): return Digest.sha256(of: bytes)
    case .form(let form):
      let fields = form.fields.map { "\($0.name)=\($0.value)" }
      let files = form.files.map { "\($0.field):\(Digest.sha256(ofFile: $0.path) ?? "")" }
      return Digest.sha256(of: Array((fields + files).joined(separator: "\n").utf8))
    }
  }

  private static func find(
    _ key: String, _ account: String, _ route: String, _ digest: String, _ database: Connection
  ) throws -> Response? {
    let row = try database.first(
      """
      SELECT route, request, status, headers, body FROM idempotency
      WHERE account = ? AND key = ? AND expires > ?
      """, [.text(account), .text(key), .integer(Clock.now())]
    ) { row in
      (
        route: row.text(0), request: row.text(1), status: row.int(2), headers: row.text(3),
        body: row.text(4)
      )
    }
    guard let row else { return nil }
    guard row.route == route, row.request == digest else {
      throw ServiceProblem(.keyReused, "this Idempotency-Key was used for another request")
    }
    let headers = try JSONValue(parsing: Data(row.headers.utf8)).object ?? []
    return Response(
      status: row.status,
      headers: headers.map { ($0.key, $0.value.string ?? "") } + [("Idempotent-Replayed", "true")],
      content: .bytes(Array(row.body.utf8)))
  }

  private static func save(
    _ response: Response, _ key: String, _ account: String, _ route: String, _ digest: String,
    _ database: Connection
  ) throws {
    guard case .bytes(let body) = response.content else { return }
    try database.run(
      "DELETE FROM idempotency WHERE account = ? AND key = ?", [.text(account), .text(key)])
    try database.run(
      """
      INSERT INTO idempotency (account, key, route, request, status, headers, body, expires)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?)
      """,
      [
        .text(account), .text(key), .text(route), .text(digest), .integer(response.status),
        .text(JSONValue.object(response.headers.map { ($0.name, .string($0.value)) }).text()),
        .text(String(decoding: body, as: UTF8.self)), .integer(Clock.now() + life),
      ])
  }

  static func sweep(_ database: Connection) throws {
    try database.run("DELETE FROM idempotency WHERE expires < ?", [.integer(Clock.now())])
  }
}
