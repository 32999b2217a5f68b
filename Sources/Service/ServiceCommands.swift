import CSandbox
import Foundation
import Glibc
public import Operations
public import Settings
import Synchronization
public import Work

/// Options of `worker`.
public struct WorkerSettings: SettingsGroup {
  @Setting("The service's folder.")
  public var data = "maquette-data"

  @Setting("The service's PostgreSQL database, where it has one.")
  public var database: String? = nil

  @Setting("Where the service keeps files, where that is not its folder: s3://BUCKET/PREFIX.")
  public var assets: String? = nil

  @Setting("The server of --assets, where it is not Amazon's.")
  public var s3Endpoint: String? = nil

  @Setting(
    "Take jobs from this server instead: https://maquette.example.org; the folder is then for work in progress. The key, of the scope work, is in MAQUETTE_KEY or --key-file."
  )
  public var server: String? = nil

  @Setting("A file that holds the key for --server.")
  public var keyFile: String? = nil

  @Setting("Seconds of processor time that a job may take.", in: 1...1_000_000)
  public var jobSeconds = 3600

  @Setting("Gibibytes of memory that a job may take.", in: 1...4096)
  public var jobGibibytes = 16

  @Setting("End when the process that started this one ends.")
  public var attached = false

  public init() {}
}

/// Options of `keys`.
public struct KeysSettings: SettingsGroup {
  @Setting("The service's folder.")
  public var data = "maquette-data"

  @Setting("The service's PostgreSQL database, where it has one.")
  public var database: String? = nil

  @Setting("Make a key for this account, which is made where it is not there.")
  public var create: String? = nil

  @Setting("What the key is for.")
  public var label = ""

  @Setting("How the key begins: dxgl_sk_ or maq_sk_; it matters to nobody but people.")
  public var prefix = "maq_sk_"

  @Setting(
    "What the key allows, with commas: read, write, billing, admin; work for workers of other machines."
  )
  public var scopes = "read,write,billing,admin"

  @Setting("Revoke the key with this id.")
  public var revoke: String? = nil

  @Setting("Where --create makes the account: its email address, which some dialects show.")
  public var email = ""

  @Setting(
    "Give the account of --create so much, in the smallest unit of its wallet.",
    in: 0...1_000_000_000)
  public var credits = 0

  @Setting("Which wallet --credits goes to; all gives every one of them as much.")
  public var wallet = WalletName.dxgl

  @Setting("Check the books: every balance is the sum of its entries.")
  public var audit = false

  public init() {}
}

/// The wallets that an account may have, by their dialect.
public enum WalletName: String, SettingChoice {
  case dxgl, rage3d, image3d, studio, pixal3d, all

  var units: [String] {
    switch self {
    case .dxgl: [DXGL.unit]
    case .rage3d: [Rage3D.unit]
    case .image3d: [Image3D.unit]
    case .studio: [Studio.unit]
    case .pixal3d: [Pixal3D.unit]
    case .all: Self.allCases.filter { $0 != .all }.flatMap(\.units)
    }
  }
}

/// The service, until it is told to end.
public enum Serve: Verb {
  public static let name = "serve"
  public static let summary = "Serves the API over HTTP and works on its jobs."
  public static let usage = ""
  public static let inputCount = 0...0
  public static let output = OutputRule.none

  public static func run(_ call: VerbCall<ServiceSettings>, _ work: WorkContext) throws
    -> VerbResult
  {
    let host = try ServiceHost(call.options, program: try thisProgram(), log: .standardError)
    ServiceLog.standardError.write("listening", ["url": .string(host.url)])
    while !work.cancellation.isCancelled { usleep(50_000) }
    let done = DispatchSemaphore(value: 0)
    Task {
      await host.stop()
      done.signal()
    }
    done.wait()
    return VerbResult(result: ["url": .string(host.url)], text: "stopped \(host.url)")
  }
}

/// The executable that runs, to run it again.
func thisProgram() throws -> String {
  try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
}

/// A process that works on the service's jobs, until it is told to end.
public enum WorkOnJobs: Verb {
  public static let name = "worker"
  public static let summary = "Works on the jobs of a service, on its machine or on another."
  public static let usage = ""
  public static let inputCount = 0...0
  public static let output = OutputRule.none

  public static func run(_ call: VerbCall<WorkerSettings>, _ work: WorkContext) throws
    -> VerbResult
  {
    let settings = call.options
    if settings.attached {
      let parent = getppid()
      _ = maquette_end_with_parent(SIGKILL)
      guard getppid() == parent else { return VerbResult(result: .object([]), text: "stopped") }
    }
    var limits = JobLimits()
    limits.seconds = UInt64(settings.jobSeconds)
    limits.memory = UInt64(settings.jobGibibytes) << 30
    // Tests of what happens around jobs have a program that is quicker with them.
    let standIn = ProcessInfo.processInfo.environment["MAQUETTE_JOB_PROGRAM"]
    let data = try ServiceHost.folder(settings.data)
    let worker = Worker(
      try source(settings, data), folder: try folder(settings, data),
      program: try standIn ?? thisProgram(), limits: limits, log: .standardError)
    try worker.run { !work.cancellation.isCancelled }
    return VerbResult(result: .object([]), text: "stopped")
  }
}

extension WorkOnJobs {
  private static func source(
    _ settings: WorkerSettings, _ data: DataFolder
  ) throws -> any WorkSource {
    if let server = settings.server {
      guard settings.database == nil, settings.assets == nil else {
        throw ServiceError(
          .usage, "server", "give --server, or --database and --assets, not both")
      }
      return try ServerWork(server, key: try key(settings))
    }
    return StoreWork(
      try data.open(settings.database, writers: 1),
      try data.blobStore(settings.assets, endpoint: settings.s3Endpoint))
  }

  /// A server sweeps up after the workers that it started; others look after their own.
  private static func folder(_ settings: WorkerSettings, _ data: DataFolder) throws -> String {
    settings.attached ? data.work : try data.freshUploads()
  }

  private static func key(_ settings: WorkerSettings) throws -> String {
    let held = ProcessInfo.processInfo.environment["MAQUETTE_KEY"]
    let text = try settings.keyFile.map { path in
      guard let bytes = FileManager.default.contents(atPath: path) else {
        throw ServiceError(.unreadableInput, "key-file", "\(path) cannot be read")
      }
      return String(decoding: bytes, as: UTF8.self)
    }
    let key = (text ?? held ?? "").trimmingCharacters(in: .whitespacesAndNewlines)
    guard !key.isEmpty else {
      throw ServiceError(
        .usage, "key", "--server needs a key of the scope work, in MAQUETTE_KEY or --key-file")
    }
    return key
  }
}

/// Keys: made, listed, revoked.
public enum ManageKeys: Verb {
  public static let name = "keys"
  public static let summary = "Makes, lists and revokes the service's API keys."
  public static let usage = ""
  public static let inputCount = 0...0
  public static let output = OutputRule.none

  public static func run(_ call: VerbCall<KeysSettings>, _ work: WorkContext) throws -> VerbResult {
    let (text, result) = try keys(call.options)
    return VerbResult(result: result, text: text)
  }

  /// What is said to a person and to a machine; a new key is in both, once.
  private static func keys(_ settings: KeysSettings) throws -> (text: String, result: JSONValue) {
    let store = try ServiceHost.folder(settings.data).open(settings.database, writers: 1)
    if settings.audit {
      let problems = try store.read(Ledger.audit)
      guard problems.isEmpty else {
        throw ServiceError(.unreadableInput, "audit", problems.joined(separator: "; "))
      }
      return ("the books are right", ["problems": .array([])])
    }
    if let account = settings.create {
      let scopes = settings.scopes.split(separator: ",").map(String.init)
      if let unknown = scopes.first(where: { !APIKeys.everyScope.contains($0) }) {
        throw ServiceError(
          .usage, "scopes",
          "there is no scope \(unknown); there are \(APIKeys.everyScope.joined(separator: ", "))")
      }
      let secret = try store.writeNow { database in
        let secret = try APIKeys.make(
          database, account: account, label: settings.label, kind: settings.prefix, scopes: scopes)
        if !settings.email.isEmpty {
          try database.run(
            "UPDATE account SET email = ? WHERE name = ?",
            [.text(settings.email), .text(account)])
        }
        if settings.credits > 0 {
          for unit in settings.wallet.units {
            try Ledger(mode: .enforce, shownBalance: 0).topUp(
              try Accounts.named(account, database), unit, settings.credits, note: "keys",
              database)
          }
        }
        return secret
      }
      return (secret, ["key": .string(secret), "account": .string(account)])
    }
    if let id = settings.revoke {
      guard try store.writeNow({ try APIKeys.revoke($0, id: id) }) else {
        throw ServiceError(.usage, "unknown-key", "there is no key \(id) that works")
      }
      return ("revoked \(id)", ["revoked": .string(id)])
    }
    let keys = try store.read(APIKeys.list)
    let lines = keys.map { key in
      let state = key.revoked != nil ? "revoked" : "works"
      return "\(key.id)  \(key.prefix)...  \(key.account)  \(key.name)  \(state)"
    }
    return (
      keys.isEmpty
        ? "there are no keys; --create ACCOUNT makes one" : lines.joined(separator: "\n"),
      [
        "keys": .array(
          keys.map { key in
            [
              "id": .string(key.id), "prefix": .string(key.prefix),
              "account": .string(key.account), "label": .string(key.name),
              "created": .string(Clock.text(key.created)), "revoked": .bool(key.revoked != nil),
            ]
          })
      ]
    )
  }
}
