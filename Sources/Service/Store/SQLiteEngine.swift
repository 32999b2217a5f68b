import CSQLite
import Glibc

/// SQLite: one file on this machine, one writer at a time.
@safe final class SQLiteEngine: DatabaseEngine {
  private let pointer: OpaquePointer
  private var statements: [String: Statement] = [:]

  /// Opens the file, made where it is not there; written ahead, and synced at each commit, so that
  /// what was answered survives a loss of power.
  init(path: String) throws {
    var opened: OpaquePointer?
    let flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX
    let result = unsafe sqlite3_open_v2(path, &opened, flags, nil)
    guard result == SQLITE_OK, let opened = unsafe opened else {
      throw StoreError(kind: .disk, message: "the database \(path) cannot be opened")
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
  var isBroken: Bool { false }
  var begin: String { "BEGIN IMMEDIATE" }
  // Writers take turns here anyway.
  var skippingLocked: String { "" }
  var rowLock: String { "" }
  var isOfThisMachine: Bool { true }
  func takeTurn(_ account: String) {}
  func announceWork() {}
  func waitForWork() { usleep(50_000) }
  func leaseClock() -> Int { Clock.steady() }

  func version() throws -> Int {
    var version = 0
    _ = try execute("PRAGMA user_version", []) { version = $0.int(0) }
    return version
  }

  func setVersion(_ version: Int) throws { try script("PRAGMA user_version = \(version)") }

  func spoken(_ step: String) -> String {
    step.replacing(
      Schema.ledgerGuard,
      with: """
        CREATE TRIGGER ledger_is_kept BEFORE DELETE ON ledger
          BEGIN SELECT RAISE(ABORT, 'the ledger is only appended to'); END;
        CREATE TRIGGER ledger_is_true BEFORE UPDATE ON ledger
          BEGIN SELECT RAISE(ABORT, 'the ledger is only appended to'); END;
        """)
  }

  func script(_ sql: String) throws {
    guard unsafe sqlite3_exec(pointer, sql, nil, nil, nil) == SQLITE_OK else { throw failure() }
  }

  func execute(_ sql: String, _ values: [SQLValue], _ row: (Row) throws -> Void) throws -> Int {
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
    while true {
      switch unsafe sqlite3_step(statement.pointer) {
      case SQLITE_ROW: try row(Row(source: statement))
      case SQLITE_DONE: return unsafe Int(sqlite3_changes(pointer))
      default: throw failure()
      }
    }
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
    let code = unsafe sqlite3_errcode(pointer) & 0xFF
    let kind: StoreError.Kind =
      switch code {
      case SQLITE_CONSTRAINT: .conflict
      case SQLITE_BUSY, SQLITE_LOCKED: .contended
      case SQLITE_FULL, SQLITE_IOERR, SQLITE_CANTOPEN, SQLITE_READONLY: .disk
      default: .other
      }
    return unsafe StoreError(kind: kind, message: String(cString: sqlite3_errmsg(pointer)))
  }
}

/// A prepared statement, and the row that it stands at.
@safe private final class Statement: RowSource {
  let pointer: OpaquePointer
  init(_ pointer: OpaquePointer) { unsafe self.pointer = unsafe pointer }
  deinit { unsafe sqlite3_finalize(pointer) }

  func isNull(_ column: Int32) -> Bool {
    unsafe sqlite3_column_type(pointer, column) == SQLITE_NULL
  }

  func int(_ column: Int32) -> Int { unsafe Int(sqlite3_column_int64(pointer, column)) }

  func text(_ column: Int32) -> String? {
    guard let bytes = unsafe sqlite3_column_text(pointer, column) else { return nil }
    return unsafe String(cString: bytes)
  }
}

/// SQLITE_TRANSIENT: the library copies the text.
private let transient = unsafe unsafeBitCast(-1, to: sqlite3_destructor_type.self)
