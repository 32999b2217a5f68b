import Archives
import Settings
import Synchronization

/// Who asks: an account, by one of its keys.
struct Principal: Sendable, Equatable {
  let account: String
  let key: String
  let scopes: Set<String>
  /// Empty: all of them.
  let dialects: Set<String>
  /// When the key ends to work, in milliseconds since 1970; nil for never.
  var expires: Int?

  func may(_ scope: String, in dialect: String) -> Bool {
    scopes.contains(scope) && (dialects.isEmpty || dialects.contains(dialect))
  }
}

/// Keys to accounts. A key is shown once and kept as its SHA-256 only; it is 256 random bits and more, so
/// a slow hash would protect nothing.
enum APIKeys {
  struct Listed: Sendable {
    let id, account, name, prefix: String
    let created: Int
    let expires, revoked: Int?
  }

  static let allScopes = ["read", "write", "billing", "admin"]
  /// The operator's figures.
  static let metricsScope = "metrics"
  /// With those that see what all accounts have, of workers elsewhere and of figures: no account's own key has them.
  static let everyScope = allScopes + [NativeLeases.scope, metricsScope]
  /// So many keys of an account may work at a time.
  static let most = 100

  static func count(of account: String, _ database: Connection) throws -> Int {
    try database.first(
      """
      SELECT COUNT(*) FROM api_key
      WHERE account = ? AND revoked IS NULL AND (expires IS NULL OR expires > ?)
      """, [.text(account), .integer(Clock.now())]
    ) { $0.int(0) } ?? 0
  }

  /// Makes a key, and the account where it is not there; gives the key itself, which nobody can show
  /// again.
  static func make(
    _ database: Connection, account name: String, label: String, kind: String = "maq_sk_",
    scopes: [String] = allScopes, dialects: [String] = [], expires: Int? = nil
  ) throws -> String {
    let account = try Accounts.named(name, database)
    let secret = kind + Identifier.random(43)
    try database.run(
      """
      INSERT INTO api_key (id, account, name, prefix, hash, scopes, dialects, created, expires)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
      """,
      [
        .text(Identifier.short()), .text(account), .text(label), .text(String(secret.prefix(12))),
        .text(hash(secret)), .text(scopes.joined(separator: ",")),
        .text(dialects.joined(separator: ",")), .integer(Clock.now()), SQLValue(expires),
      ])
    return secret
  }

  static func list(_ database: Connection) throws -> [Listed] {
    try database.rows(
      """
      SELECT k.id, a.name, k.name, k.prefix, k.created, k.expires, k.revoked
      FROM api_key k JOIN account a ON a.id = k.account ORDER BY k.created
      """
    ) { row in
      Listed(
        id: row.text(0), account: row.text(1), name: row.text(2), prefix: row.text(3),
        created: row.int(4), expires: row.optionalInt(5), revoked: row.optionalInt(6))
    }
  }

  /// An account's keys as its owner sees them.
  static func list(of account: String, _ database: Connection) throws -> [JSONValue] {
    try database.rows(
      """
      SELECT id, name, prefix, scopes, dialects, created, expires, revoked FROM api_key
      WHERE account = ? ORDER BY created
      """, [.text(account)]
    ) { row in
      func words(_ text: String) -> JSONValue {
        .array(text.split(separator: ",").map { .string(String($0)) })
      }
      func time(_ value: Int?) -> JSONValue { value.map { .string(Clock.text($0)) } ?? .null }
      return [
        "keyId": .string(row.text(0)), "name": .string(row.text(1)),
        "prefix": .string(row.text(2)), "scopes": words(row.text(3)),
        "dialects": words(row.text(4)), "createdAt": time(row.int(5)),
        "expiresAt": time(row.optionalInt(6)), "revokedAt": time(row.optionalInt(7)),
      ]
    }
  }

  /// False where there is no such key, or it is not this account's.
  static func revoke(_ database: Connection, id: String, account: String? = nil) throws -> Bool {
    let owner = account == nil ? "" : " AND account = ?"
    return try database.run(
      "UPDATE api_key SET revoked = ? WHERE id = ? AND revoked IS NULL" + owner,
      [.integer(Clock.now()), .text(id)] + (account.map { [.text($0)] } ?? [])) > 0
  }

  static func principal(_ database: Connection, secret: String) throws -> Principal? {
    try database.first(
      """
      SELECT id, account, scopes, dialects, expires FROM api_key
      WHERE hash = ? AND revoked IS NULL AND (expires IS NULL OR expires > ?)
      """, [.text(hash(secret)), .integer(Clock.now())]
    ) { row in
      func set(_ text: String) -> Set<String> { Set(text.split(separator: ",").map(String.init)) }
      return Principal(
        account: row.text(1), key: row.text(0), scopes: set(row.text(2)),
        dialects: set(row.text(3)), expires: row.optionalInt(4))
    }
  }

  /// Why a key does not work.
  static func fate(_ database: Connection, secret: String) throws -> ServiceProblem.Kind {
    let isRevoked = try database.first(
      "SELECT revoked IS NOT NULL FROM api_key WHERE hash = ?", [.text(hash(secret))]
    ) { $0.int(0) == 1 }
    return isRevoked.map { $0 ? .keyRevoked : .keyExpired } ?? .unauthorized
  }

  private static func hash(_ secret: String) -> String { Digest.sha256(of: Array(secret.utf8)) }
}

/// Remembers for a second whose key it was: a revoked one works no longer than that.
final class KeyRing: Sendable {
  private static let life = 1000
  private static let most = 10_000
  private let known = Mutex<[String: (Principal, until: Int)]>([:])
  private let store: Store

  init(_ store: Store) { self.store = store }

  func principal(_ secret: String) throws -> Principal? {
    let now = Clock.steady()
    if let (principal, until) = known.withLock({ $0[secret] }), until > now { return principal }
    let found = try store.read { try APIKeys.principal($0, secret: secret) }
    known.withLock { known in
      if known.count > Self.most { known = [:] }
      known[secret] = found.map { ($0, now + Self.life) }
    }
    return found
  }
}

/// Whom things belong to.
enum Accounts {
  static func profile(
    _ id: String, _ database: Connection
  ) throws -> (name: String, email: String) {
    try database.first("SELECT name, email FROM account WHERE id = ?", [.text(id)]) { row in
      (name: row.text(0), email: row.text(1))
    } ?? ("", "")
  }

  /// The account's id; made where nobody has the name.
  static func named(_ name: String, _ database: Connection) throws -> String {
    if let id = try database.first(
      "SELECT id FROM account WHERE name = ?", [.text(name)], { $0.text(0) })
    {
      return id
    }
    let id = Identifier.short()
    try database.run(
      "INSERT INTO account (id, name, created) VALUES (?, ?, ?)",
      [.text(id), .text(name), .integer(Clock.now())])
    return id
  }
}
