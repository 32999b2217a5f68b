import CSQLite
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
struct StoreError: Error, Sendable {
  /// SQLite's result code, without what it extends it by.
  let code: Int32
  let message: String

  var isConflict: Bool { code == SQLITE_CONSTRAINT }
  /// The disk is full or broken.
  var isDisk: Bool { [SQLITE_FULL, SQLITE_IOERR, SQLITE_CANTOPEN, SQLITE_READONLY].contains(code) }
}

/// One row, while it is looked at.
struct Row {
  fileprivate let statement: Statement

  func int(_ column: Int32) -> Int { unsafe Int(sqlite3_column_int64(statement.pointer, column)) }

  func optionalInt(_ column: Int32) -> Int? {
    unsafe sqlite3_column_type(statement.pointer, column) == SQLITE_NULL ? nil : int(column)
  }

  func text(_ column: Int32) -> String { optionalText(column) ?? "" }

  func optionalText(_ column: Int32) -> String? {
    guard let bytes = unsafe sqlite3_column_text(statement.pointer, column) else { return nil }
    return unsafe String(cString: bytes)
  }
}

/// A prepared statement.
@safe private final class Statement {
  let pointer: OpaquePointer
  init(_ pointer: OpaquePointer) { unsafe self.pointer = unsafe pointer }
  deinit { unsafe sqlite3_finalize(pointer) }
}

/// One connection to the database, for one thread at a time.
@safe final class Connection: @unchecked Sendable {
  private let pointer: OpaquePointer
  private var statements: [String: Statement] = [:]

  /// Opens the file, made where it is not there; written ahead, and synced at each commit, so that
  /// what was answered survives a loss of power.
  init(path: String) throws {
    var opened: OpaquePointer?
    let flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX
    let result = unsafe sqlite3_open_v2(path, &opened, flags, nil)
    guard result == SQLITE_OK, let opened = unsafe opened else {
      throw StoreError(code: result & 0xFF, message: "the database \(path) cannot be opened")
    }
    unsafe pointer = unsafe opened
    _ = unsafe sqlite3_busy_timeout(opened, 10_000)
    try script("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;")
  }

  deinit {
    statements = [:]
    unsafe sqlite3_close_v2(pointer)
  }

  var isInTransaction: Bool { unsafe sqlite3_get_autocommit(pointer) == 0 }

  /// Runs statements that take and give nothing.
  func script(_ sql: String) throws {
    guard unsafe sqlite3_exec(pointer, sql, nil, nil, nil) == SQLITE_OK else { throw failure() }
  }

  /// Runs a statement; gives how many rows it changed.
  @discardableResult func run(_ sql: String, _ values: [SQLValue] = []) throws -> Int {
    try rows(sql, values) { _ in }
    return unsafe Int(sqlite3_changes(pointer))
  }

  /// What a statement finds, each row made into a value.
  @discardableResult func rows<Value>(
    _ sql: String, _ values: [SQLValue] = [], _ make: (Row) throws -> Value
  ) throws -> [Value] {
    let statement = try prepared(sql)
    defer {
      _ = unsafe sqlite3_reset(statement.pointer)
      _ = unsafe sqlite3_clear_bindings(statement.pointer)
    }
    for (index, value) in values.enumerated() {
      let place = Int32(index + 1)
      let result =
        switch value {
        case .null: unsafe sqlite3_bind_null(statement.pointer, place)
        case .integer(let number):
          unsafe sqlite3_bind_int64(statement.pointer, place, Int64(number))
        case .text(let text):
          unsafe sqlite3_bind_text(
            statement.pointer, place, text, Int32(text.utf8.count), transient)
        }
      guard result == SQLITE_OK else { throw failure() }
    }
    var found: [Value] = []
    while true {
      switch unsafe sqlite3_step(statement.pointer) {
      case SQLITE_ROW: found.append(try make(Row(statement: statement)))
      case SQLITE_DONE: return found
      default: throw failure()
      }
    }
  }

  /// The first row that a statement finds.
  func first<Value>(
    _ sql: String, _ values: [SQLValue] = [], _ make: (Row) throws -> Value
  ) throws -> Value? {
    try rows(sql, values, make).first
  }

  private func prepared(_ sql: String) throws -> Statement {
    if let known = statements[sql] { return known }
    var made: OpaquePointer?
    guard unsafe sqlite3_prepare_v2(pointer, sql, -1, &made, nil) == SQLITE_OK,
      let made = unsafe made
    else { throw failure() }
    let statement = unsafe Statement(made)
    statements[sql] = statement
    return statement
  }

  private func failure() -> StoreError {
    unsafe StoreError(
      code: sqlite3_errcode(pointer) & 0xFF, message: String(cString: sqlite3_errmsg(pointer)))
  }
}

/// SQLITE_TRANSIENT: the library copies the text.
private let transient = unsafe unsafeBitCast(-1, to: sqlite3_destructor_type.self)
