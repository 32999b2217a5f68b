import Archives
import Foundation
import HTTP

/// Links to one file that work without a key until they run out: `/files/{token}`.
struct SignedLinks: Sendable {
  private let secret: [UInt8]

  /// With the secret of the service, which is made where there is none.
  init(_ store: Store) throws {
    let text = try store.writeNow { database in
      try database.run(
        "INSERT INTO secret (name, value) VALUES ('links', ?) ON CONFLICT (name) DO NOTHING",
        [.text(Identifier.random(64))])
      return try database.first("SELECT value FROM secret WHERE name = 'links'") { $0.text(0) }
    }
    secret = Array((text ?? "").utf8)
  }

  /// `blob.expires.name.signature`
  func token(_ output: Job.Output, seconds: Int) -> String {
    let said = "\(output.blob).\(Clock.now() / 1000 + seconds).\(output.name)"
    return said + "." + Digest.hmac256(of: Array(said.utf8), key: secret)
  }

  /// The blob and name, where the token is ours, and whether it has run out.
  func open(_ token: String) -> (blob: String, name: String, isOver: Bool)? {
    let parts = token.split(separator: ".").map(String.init)
    guard parts.count >= 4, let expires = Int(parts[1]),
      let signature = parts.last
    else { return nil }
    let said = parts.dropLast().joined(separator: ".")
    let wanted = Digest.hmac256(of: Array(said.utf8), key: secret)
    guard Digest.isSame(wanted, signature) else { return nil }
    return (
      parts[0], parts[2..<parts.count - 1].joined(separator: "."), expires < Clock.now() / 1000
    )
  }

  @Sendable static func file(_ call: Call) async throws -> Outcome {
    guard let (blob, name, isOver) = call.core.links.open(call.parameter("token")) else {
      throw ServiceProblem(.notFound("file"), "the link is not one of ours")
    }
    guard !isOver,
      let bytes = try call.core.store.read({ database in
        try BlobStore.bytes(of: blob, database)
      })
    else { throw ServiceProblem(.expired, "the link has run out") }
    let output = Job.Output(
      role: "", blob: blob, name: name, mediaType: JobPlan.mediaType(name), bytes: bytes)
    return .answer(try await call.core.answer(output, isPublic: false, to: call))
  }
}
