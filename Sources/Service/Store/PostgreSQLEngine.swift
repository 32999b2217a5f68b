import CPQ
import Glibc

/// PostgreSQL: many machines, writers beside each other (read committed; what must take turns says so).
@safe final class PostgreSQLEngine: DatabaseEngine {
  private let pointer: OpaquePointer
  /// Names of statements prepared on the server, by their text and the kinds of their values.
  private var statements: [String: String] = [:]
  private var isListening = false

  /// Where work is announced.
  private static let channel = "maquette_work"
  private static let longestWait: Int32 = 500

  /// - Parameter address: as libpq takes it.
  init(_ address: String) throws {
    // What the address says itself goes before these.
    let options = [
      ("connect_timeout", "10"), ("keepalives_idle", "10"), ("keepalives_interval", "5"),
      ("keepalives_count", "3"), ("tcp_user_timeout", "30000"), ("application_name", "maquette"),
      ("dbname", address),
    ]
    let (words, values) = unsafe (
      options.map { unsafe UnsafePointer(strdup($0.0)) },
      options.map { unsafe UnsafePointer(strdup($0.1)) }
    )
    defer {
      unsafe (words + values).forEach { text in
        unsafe free(UnsafeMutablePointer(mutating: text))
      }
    }
    guard let opened = unsafe PQconnectdbParams(words + [nil], values + [nil], 1) else {
      throw StoreError(kind: .unreachable, message: "libpq does not start")
    }
    unsafe pointer = unsafe opened
    guard unsafe PQstatus(opened) == CONNECTION_OK else { throw unsafe failure(nil) }
    // Nobody waits for ever for a lock of a server that stands still.
    try script(
      """
      SET client_encoding = 'UTF8'; SET client_min_messages = warning; SET lock_timeout = '10s';
      SET idle_in_transaction_session_timeout = '60s'
      """)
  }

  deinit { unsafe PQfinish(pointer) }

  var isInTransaction: Bool {
    unsafe [PQTRANS_INTRANS, PQTRANS_INERROR].contains(PQtransactionStatus(pointer))
  }
  var isBroken: Bool { unsafe PQstatus(pointer) != CONNECTION_OK }
  var begin: String { "BEGIN" }
  var skippingLocked: String { "FOR UPDATE SKIP LOCKED" }
  var rowLock: String { isInTransaction ? "FOR UPDATE" : "" }
  var isOfThisMachine: Bool { false }

  func takeTurn(_ account: String) throws {
    _ = try execute("SELECT pg_advisory_xact_lock(hashtextextended(?, 0))", [.text(account)]) { _ in
    }
  }

  func leaseClock() throws -> Int {
    try number("SELECT (extract(epoch FROM clock_timestamp()) * 1000)::bigint")
  }

  func announceWork() throws { try script("NOTIFY \(Self.channel)") }

  func waitForWork() throws {
    if !isListening {
      // What was announced before is looked for once more by who asks.
      try script("LISTEN \(Self.channel)")
      isListening = true
      return
    }
    var waiting = pollfd(fd: unsafe PQsocket(pointer), events: Int16(POLLIN), revents: 0)
    _ = unsafe poll(&waiting, 1, Self.longestWait)
    guard unsafe PQconsumeInput(pointer) == 1 else { throw unsafe failure(nil) }
    while let notice = unsafe PQnotifies(pointer) { unsafe PQfreemem(notice) }
  }

  // MARK: The schema

  func version() throws -> Int {
    // Held until the transaction ends: one process at a time brings the tables up to date.
    _ = try number("SELECT 1 FROM pg_advisory_xact_lock(\(Self.migrationLock))")
    try script("CREATE TABLE IF NOT EXISTS maquette_version (version BIGINT NOT NULL)")
    return try number("SELECT COALESCE(MAX(version), 0) FROM maquette_version")
  }

  func setVersion(_ version: Int) throws {
    try script("DELETE FROM maquette_version; INSERT INTO maquette_version VALUES (\(version))")
  }

  private static let migrationLock = 7_305_511

  func spoken(_ step: String) -> String {
    var spoken = step
    for (word, said) in [
      (Schema.ledgerGuard, Self.ledgerGuard),
      (" INTEGER PRIMARY KEY AUTOINCREMENT", " BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY"),
      (" INTEGER", " BIGINT"),
      // In the order of bytes, as SQLite has it.
      (" TEXT", " TEXT COLLATE \"C\""),
    ] { spoken = spoken.replacing(word, with: said) }
    // The order in which rows were made, which SQLite numbers by itself.
    for table in ["model", "overlay", "job", "output"]
    where step.contains("CREATE TABLE \(table) ") {
      spoken += "\nALTER TABLE \(table) ADD COLUMN rowid BIGINT GENERATED ALWAYS AS IDENTITY;"
    }
    return spoken
  }

  /// With them the larger of two numbers, which SQLite has.
  private static let ledgerGuard = """
    CREATE FUNCTION max(bigint, bigint) RETURNS bigint LANGUAGE sql IMMUTABLE
      AS 'SELECT GREATEST($1, $2)';
    CREATE FUNCTION ledger_is_true() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
      RAISE integrity_constraint_violation USING MESSAGE = 'the ledger is only appended to';
    END $$;
    CREATE TRIGGER ledger_is_true BEFORE UPDATE OR DELETE ON ledger
      FOR EACH ROW EXECUTE FUNCTION ledger_is_true();
    """

  // MARK: Statements

  func script(_ sql: String) throws {
    let result = unsafe PQexec(pointer, sql)
    defer { unsafe PQclear(result) }
    try unsafe check(result)
  }

  private func number(_ sql: String) throws -> Int {
    var number = 0
    _ = try execute(sql, []) { number = $0.int(0) }
    return number
  }

  func execute(_ sql: String, _ values: [SQLValue], _ row: (Row) throws -> Void) throws -> Int {
    let name = try prepared(sql, values)
    // All values as text, one after another in one piece of memory.
    var bytes: [CChar] = []
    let places = values.map { value -> Int? in
      let text: String
      switch value {
      case .null: return nil
      case .integer(let number): text = String(number)
      case .text(let words): text = words
      }
      let place = bytes.count
      // A zero byte would end it, as it does in SQLite's texts when they are read.
      bytes += text.utf8.lazy.map { CChar(bitPattern: $0) }
      bytes.append(0)
      return place
    }
    let answer = unsafe bytes.withUnsafeBufferPointer { memory in
      let pointers = unsafe places.map { place in
        unsafe place.flatMap { place in unsafe memory.baseAddress?.advanced(by: place) }
      }
      return unsafe PQexecPrepared(pointer, name, Int32(values.count), pointers, nil, nil, 0)
    }
    let result = unsafe PostgreSQLResult(answer)
    try unsafe check(answer)
    for index in 0..<result.count {
      result.row = index
      try row(Row(source: result))
    }
    return unsafe Int(String(cString: PQcmdTuples(answer))) ?? 0
  }

  /// The name of the statement on the server. Kinds are told, for the server would take `? + 1` for a short number.
  private func prepared(_ sql: String, _ values: [SQLValue]) throws -> String {
    let kinds = values.map { value -> Oid in
      switch value {
      case .null: 0
      case .integer: 20
      case .text: 25
      }
    }
    let key = sql + kinds.map { "\n\($0)" }.joined()
    if let known = statements[key] { return known }
    let name = "s\(statements.count)"
    let result = unsafe PQprepare(
      pointer, name, Self.numbered(sql), Int32(kinds.count), kinds)
    defer { unsafe PQclear(result) }
    try unsafe check(result)
    statements[key] = name
    return name
  }

  /// `?` and `?1` as `$1`. None of our statements has a question mark in quotes.
  static func numbered(_ sql: String) -> String {
    var text = ""
    var count = 0
    var letters = Substring(sql)
    while let mark = letters.firstIndex(of: "?") {
      text += letters[..<mark] + "$"
      letters = letters[letters.index(after: mark)...]
      if letters.first?.isNumber != true {
        count += 1
        text += "\(count)"
      }
    }
    return text + letters
  }

  private func check(_ result: OpaquePointer?) throws {
    guard
      unsafe [PGRES_COMMAND_OK, PGRES_TUPLES_OK, PGRES_EMPTY_QUERY].contains(
        PQresultStatus(result))
    else { throw unsafe failure(result) }
  }

  private func failure(_ result: OpaquePointer?) -> StoreError {
    let message = unsafe String(cString: PQerrorMessage(pointer))
      .split(separator: "\n").joined(separator: " ")
    // PG_DIAG_SQLSTATE, a macro that Swift does not see.
    let code = unsafe PQresultErrorField(result, Int32(UInt8(ascii: "C")))
    guard let code = unsafe code.map({ unsafe String(cString: $0) }) else {
      return StoreError(kind: .unreachable, message: message)
    }
    let kind: StoreError.Kind =
      switch (code.prefix(2), code) {
      case ("23", _): .conflict
      case (_, "40001"), (_, "40P01"), (_, "55P03"): .contended
      case ("53", _), ("58", _), (_, "25006"): .disk
      case ("08", _), ("57", _): .unreachable
      default: .other
      }
    return StoreError(kind: kind, message: message)
  }
}

/// What a statement gave, and the row that is looked at.
@safe private final class PostgreSQLResult: RowSource {
  private let pointer: OpaquePointer?
  var row: Int32 = 0

  init(_ pointer: OpaquePointer?) { unsafe self.pointer = unsafe pointer }
  deinit { unsafe PQclear(pointer) }

  var count: Int32 { unsafe PQntuples(pointer) }
  func isNull(_ column: Int32) -> Bool { unsafe PQgetisnull(pointer, row, column) == 1 }

  func int(_ column: Int32) -> Int {
    let text = text(column) ?? ""
    return text == "t" ? 1 : Int(text) ?? 0
  }

  func text(_ column: Int32) -> String? {
    guard !isNull(column), let bytes = unsafe PQgetvalue(pointer, row, column) else { return nil }
    return unsafe String(cString: bytes)
  }
}
