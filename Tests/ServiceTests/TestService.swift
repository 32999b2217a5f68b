import Foundation
import Settings
import Synchronization
import TestSupport

@testable import HTTP
@testable import Service

/// A service without a network: requests go in and answers come out. Jobs are done by a script that
/// stands in for the engine.
final class TestService: @unchecked Sendable {
  struct Answer {
    let status: Int
    let json: JSONValue
    let response: Response

    var data: JSONValue { json["data"] ?? .null }
    var code: String { json["error"]?["code"]?.string ?? "" }
  }

  let folder = TemporaryFolder()
  let core: ServiceCore
  let dispatch: Dispatch
  let key: String
  private let program: String

  /// - Parameter script: what stands in for a job, in the language of `sh`.
  init(
    credits: Int = 100, script: String = TestService.quickJob,
    _ change: (inout ServiceSettings) -> Void = { _ in }
  ) throws {
    var settings = ServiceSettings()
    settings.billing = .enforce
    (settings.readsPerMinute, settings.writesPerMinute) = (0, 0)
    settings.studioSubmitsPerMinute = 0
    settings.log = .errors
    settings.database = try Self.freshDatabase()
    change(&settings)
    core = try ServiceCore(
      settings, data: DataFolder(folder.file("data")), publicURL: "http://test")
    let metrics = Metrics()
    let dialects = Dialects.all(settings)
    let roots = Set(dialects.map(\.id))
    let native = NativeFacade.over(
      dialects, roots: roots, metrics, url: "http://test", uploadBytes: settings.uploadBytes)
    dispatch = try Dispatch(
      core, facades: dialects + [native], roots: roots.union(["maq"]),
      plain: native, metrics: metrics, log: .none)
    program = folder.write("#!/bin/sh\n" + script, as: "job")
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: program)
    let core = core
    key = try core.store.writeNow { database in
      let key = try APIKeys.make(database, account: "acme", label: "test")
      try core.ledger.topUp(
        try Accounts.named("acme", database), DXGL.unit, credits, note: "test", database)
      return key
    }
  }

  /// Where `MAQUETTE_TEST_DATABASE` names a PostgreSQL database, all of this runs on it, each service in a schema
  /// of its own.
  private static func freshDatabase() throws -> String? {
    guard let address = ProcessInfo.processInfo.environment["MAQUETTE_TEST_DATABASE"] else {
      return nil
    }
    let name = "test_" + Identifier.short()
    try Connection(.postgreSQL(address)).engine.script("CREATE SCHEMA \"\(name)\"")
    return address + "?options=-csearch_path%3D\"\(name)\""
  }

  static let quickJob = """
    for f in poster-thumb.png poster.png video.mp4 web.mp4 thumb.mp4 bundle.zip dataset.zip dataset.h5; do
      echo $f > $f; echo "{\\"ready\\":\\"$f\\"}"; echo '{"progress":0.5}'
    done
    echo '{"done":{"turntable":{"frames":1},"inspect":{"triangles":12,"vertices":8}}}'
    """

  /// Makes every file that the plan keeps, each with its name in it, in 12 s of processor time.
  static let planJob = """
    names=$(sed 's/.*"keep": *\\[//; s/\\].*//' plan.json | grep -o '"name": *"[^"]*"' | cut -d'"' -f4)
    for f in $names; do
      mkdir -p "$(dirname "$f")"; echo "$f" > "$f"; echo "{\\"ready\\":\\"$f\\"}"; echo '{"progress":0.5}'
    done
    echo '{"done":{"reconstruct":{"backend":"builtin"},"seconds":12}}'
    """

  /// A picture of this size, as far as its header goes.
  static func png(_ width: Int, _ height: Int) -> [UInt8] {
    func big(_ value: Int) -> [UInt8] { [24, 16, 8, 0].map { UInt8(value >> $0 & 255) } }
    return [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A] + big(13) + Array("IHDR".utf8)
      + big(width) + big(height) + [8, 6, 0, 0, 0, 0, 0, 0, 0]
  }

  func topUp(_ unit: String, _ amount: Int) throws {
    let core = core
    try core.store.writeNow { database in
      try core.ledger.topUp(
        try Accounts.named("acme", database), unit, amount, note: "test", database)
    }
  }

  /// What the wallet holds.
  func held(_ unit: String) throws -> Int {
    try core.store.read { database in
      try core.ledger.balance(try Accounts.named("acme", database), unit, database)
    }
  }

  /// Lets jobs be so many days older, and the sweep of what is too old run.
  func age(days: Double) throws {
    let lives = dispatch.lifetimes
    try core.store.writeNow { database in
      _ = try database.run(
        "UPDATE job SET finished = finished - ?", [.integer(Int(days * 86_400_000))])
      for (dialect, lifetime) in lives {
        try JobStore.expire(dialect, olderThan: lifetime, database)
      }
    }
  }

  func makeKey(_ account: String, scopes: [String] = APIKeys.allScopes, expires: Int? = nil) throws
    -> String
  {
    try core.store.writeNow {
      try APIKeys.make($0, account: account, label: "test", scopes: scopes, expires: expires)
    }
  }

  func ask(
    _ method: String, _ path: String, json: JSONValue? = nil, text: String? = nil,
    form: Form? = nil, key: String? = nil, headers: [String: String] = [:]
  ) async -> Answer {
    let parts = (path.isEmpty ? "/" : path).split(separator: "?", maxSplits: 1).map(String.init)
    let pairs = parts.count < 2 ? [] : parts[1].split(separator: "&")
    let query = pairs.map { pair -> (name: String, value: String) in
      let sides = pair.split(separator: "=", maxSplits: 1).map(String.init)
      return (sides[0], sides.count > 1 ? sides[1] : "")
    }
    var headers = headers
    if key != "" { headers["authorization"] = "Bearer " + (key ?? self.key) }
    let head = RequestHead(
      method: method, path: parts[0], query: query, headers: headers, address: "127.0.0.1",
      id: "test")
    switch dispatch.handler.admit(head) {
    case .refuse(let response): return Self.answer(response)
    case .accept(_, let context):
      let sent = json?.text() ?? text
      let body: Request.Body =
        form.map { .form($0) } ?? sent.map { $0.isEmpty ? .none : .bytes(Array($0.utf8)) } ?? .none
      return Self.answer(
        await dispatch.handler.answer(Request(head: head, body: body, context: context)))
    }
  }

  private static func answer(_ response: Response) -> Answer {
    var bytes: [UInt8] = []
    switch response.content {
    case .bytes(let held): bytes = held
    case .file(let path, let range):
      bytes = Array([UInt8](FileManager.default.contents(atPath: path) ?? Data())[range])
    case .stream: break
    }
    let json =
      (try? JSONValue(parsing: Data(bytes))) ?? .string(String(decoding: bytes, as: UTF8.self))
    return Answer(status: response.status, json: json, response: response)
  }

  /// A form with one file.
  func form(
    _ content: [UInt8], name: String = "chair.glb", field: String = "file",
    _ fields: [(name: String, value: String)] = []
  ) -> Form {
    let path = folder.write(content, as: "upload-\(UUID().uuidString)")
    var form = Form()
    form.fields = fields
    form.files = [Form.File(field: field, name: name, path: path, bytes: content.count)]
    return form
  }

  /// The id of a model that was uploaded.
  func upload(_ seed: String = "a") async -> String {
    let answer = await ask("POST", "/v1/models", form: form(Array("glTF\(seed)".utf8)))
    return answer.data["modelId"]?.string ?? ""
  }

  func credits() async -> Int { await ask("GET", "/v1/account").data["credits"]?.int ?? -1 }

  /// Works until there is nothing to do.
  func work() throws {
    let worker = Worker(
      StoreWork(core.store, core.blobs), folder: core.data.work, program: program,
      limits: JobLimits(), log: .none)
    try worker.run {
      let left = try? core.store.read {
        try $0.first(
          "SELECT COUNT(*) FROM job WHERE state = 'running' OR state = 'queued' AND \(JobStore.isDue("?1"))",
          [.integer(Clock.now())]
        ) { $0.int(0) }
      }
      return left != 0
    }
  }

  /// Lets waits between attempts be over.
  func skipWaits() throws {
    try core.store.writeNow { _ = try $0.run("UPDATE job SET not_before = 0") }
  }

  func audit() throws -> [String] { try core.store.read(Ledger.audit) }
}
