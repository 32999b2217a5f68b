import Settings

/// A value that a statement takes or a row holds.
enum SQLValue: Sendable, Equatable {
  case null
  case integer(Int)
  case text(String)

  init(_ value: Int?) { self = value.map { .integer($0) } ?? .null }
  init(_ value: String?) { self = value.map { .text($0) } ?? .null }
}

extension SQLValue: ExpressibleByIntegerLiteral, ExpressibleByStringLiteral, ExpressibleByNilLiteral
{
  init(integerLiteral value: Int) { self = .integer(value) }
  init(stringLiteral value: String) { self = .text(value) }
  init(nilLiteral: ()) { self = .null }
}

/// What the store says when it cannot do what it is asked.
struct StoreError: PassingTrouble, Sendable {
  enum Kind: Sendable {
    /// A row is against what the tables promise.
    case conflict
    /// The disk is full or broken.
    case disk
    /// Others changed the same at the same time: once more, it may well work.
    case contended
    /// The database cannot be reached.
    case unreachable
    case other
  }

  let kind: Kind
  let message: String

  var isPassing: Bool { kind == .contended || kind == .unreachable }
}

/// One row, while it is looked at.
struct Row {
  let source: any RowSource

  func int(_ column: Int32) -> Int { source.int(column) }
  func optionalInt(_ column: Int32) -> Int? { source.isNull(column) ? nil : source.int(column) }
  func text(_ column: Int32) -> String { source.text(column) ?? "" }
  func optionalText(_ column: Int32) -> String? { source.text(column) }
}

/// Where a row's values come from.
protocol RowSource {
  func isNull(_ column: Int32) -> Bool
  func int(_ column: Int32) -> Int
  func text(_ column: Int32) -> String?
}

/// Speaks to one kind of database. Statements are written once, in what SQLite and PostgreSQL share, with `?` or
/// `?1` where values go; what they do not share is asked for here.
protocol DatabaseEngine: AnyObject {
  var isInTransaction: Bool { get }
  /// Nothing comes through it any more.
  var isBroken: Bool { get }
  /// What begins a transaction that writes.
  var begin: String { get }
  /// Ends a subquery that picks rows to change, so that those who pick at the same time take the next ones.
  var skippingLocked: String { get }
  /// Ends a query for a row that nobody else may change before the transaction ends.
  var rowLock: String { get }
  /// Whether only processes of this machine can have it open.
  var isOfThisMachine: Bool { get }

  /// Runs statements that take and give nothing.
  func script(_ sql: String) throws
  /// Runs one statement and shows each row; gives how many rows it changed.
  func execute(_ sql: String, _ values: [SQLValue], _ row: (Row) throws -> Void) throws -> Int

  /// Of the tables.
  func version() throws -> Int
  func setVersion(_ version: Int) throws
  /// A step of the schema in this database's words.
  func spoken(_ step: String) -> String
  /// Milliseconds on the clock that leases are counted by, the same for all who have the database open.
  func leaseClock() throws -> Int
  /// Others that write for the same account wait until this transaction has ended.
  func takeTurn(_ account: String) throws
  /// Tells those who wait for work that there is some, once this is committed.
  func announceWork() throws
  /// Returns when there may be work: at once when that is announced, or after a while.
  func waitForWork() throws
}

/// One connection to the database, for one thread at a time.
final class Connection: @unchecked Sendable {
  let engine: any DatabaseEngine

  init(_ place: DatabasePlace) throws {
    switch place {
    case .file(let path): engine = try SQLiteEngine(path: path)
    case .postgreSQL(let address): engine = try PostgreSQLEngine(address)
    }
  }

  /// Runs a statement; gives how many rows it changed.
  @discardableResult func run(_ sql: String, _ values: [SQLValue] = []) throws -> Int {
    try engine.execute(sql, values) { _ in }
  }

  /// What a statement finds, each row made into a value.
  @discardableResult func rows<Value>(
    _ sql: String, _ values: [SQLValue] = [], _ make: (Row) throws -> Value
  ) throws -> [Value] {
    var found: [Value] = []
    _ = try engine.execute(sql, values) { found.append(try make($0)) }
    return found
  }

  /// The first row that a statement finds.
  func first<Value>(
    _ sql: String, _ values: [SQLValue] = [], _ make: (Row) throws -> Value
  ) throws -> Value? {
    try rows(sql, values, make).first
  }
}

/// Where the database is.
enum DatabasePlace: Sendable {
  /// SQLite's; made where it is not there.
  case file(String)
  /// As libpq takes it: `postgresql://user@host/name`, or `host=... dbname=...`.
  case postgreSQL(String)
}
