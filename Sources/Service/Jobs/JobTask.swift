import CSandbox
import Foundation
import Glibc
import Operations
import Settings
import Synchronization
import Work

/// The inside of a job's own process: confines itself, calls the plan's verbs in the work folder it was
/// started in, and tells of it in JSON lines on standard output.
///
///     {"progress":0.31}    {"ready":"poster.png"}
///     {"done":{"turntable":{...}}}    {"failed":{"kind":"input","code":...,"message":...}}
public enum JobTask {
  /// The name by which the program is started as this.
  public static let word = "job"
  static let planFile = "plan.json"

  /// Runs the plan in the present folder. Gives the exit code; what happened is on standard output.
  public static func main() -> Int32 {
    let limits = JobLimits.ofEnvironment
    let parent = getppid()
    let isConnected = ProcessInfo.processInfo.environment[JobLimits.connected] != nil
    let reason = maquette_confine(
      limits.memory, limits.seconds, limits.fileBytes, isConnected ? 1 : 0)
    guard reason == 0, getppid() == parent else {
      tell([
        "failed": [
          "kind": "system", "code": "not-confined",
          "message": "the job's process cannot be confined",
        ]
      ])
      return 1
    }
    do {
      let text = try Data(contentsOf: URL(fileURLWithPath: planFile))
      let plan = JobPlan(try JSONValue(parsing: text))
      tell(["done": try run(plan)])
      return 0
    } catch {
      // What the operator's engine said is the operator's.
      let isEngines = isConnected && (error as? any ExplainedError)?.code == "program-failed"
      if isEngines { FileHandle.standardError.write(Data("\(error)\n".utf8)) }
      tell([
        "failed": isEngines
          ? ["kind": "system", "code": "engine-failed", "message": "the engine could not make it"]
          : describe(error)
      ])
      return 1
    }
  }

  private static func run(_ plan: JobPlan) throws -> JSONValue {
    var results: [(key: String, value: JSONValue)] = []
    let told = Mutex<Set<String>>([])
    /// What is written is told at once: a poster is wanted while the video is still made.
    let tellReady: @Sendable () -> Void = {
      for (name, _) in plan.keep where FileManager.default.fileExists(atPath: name) {
        if told.withLock({ $0.insert(name).inserted }) { tell(["ready": .string(name)]) }
      }
    }
    for (index, step) in plan.steps.enumerated() {
      guard let verb = Catalogue.verb(named: step.verb) else {
        throw UsageError("there is no verb \(step.verb)")
      }
      let last = Mutex((shown: -1.0, at: ContinuousClock.now - .seconds(1)))
      let progress = ProgressMeter { report in
        let whole = (Double(index) + report.fraction) / Double(plan.steps.count)
        let isDue = last.withLock { last in
          let now = ContinuousClock.now
          guard now - last.at > .milliseconds(250), whole > last.shown else { return false }
          last = (whole, now)
          return true
        }
        guard isDue else { return }
        tellReady()
        tell(["progress": .number(whole)])
      }
      let result = try verb.run(
        [.json(step.settings, source: "the request")], step.inputs, step.output,
        UInt64(max(0, step.seed)), nil,
        WorkContext(progress: progress))
      if let sentence = result.unmetGuarantee { throw Unmet(message: sentence) }
      results.append((step.verb, result.result))
      tellReady()
    }
    let seconds = maquette_processor_seconds()
    return .object(results + [("seconds", .number((seconds * 1000).rounded() / 1000))])
  }

  private struct Unmet: Error { let message: String }

  private static func describe(_ error: any Error) -> JSONValue {
    func object(_ kind: Job.ErrorKind, _ code: String, _ message: String) -> JSONValue {
      ["kind": .string(kind.rawValue), "code": .string(code), "message": .string(message)]
    }
    switch error {
    case let error as any ExplainedError:
      let isOurs = error.kind == .unwritableOutput || error.kind == .missingDependency
      return object(isOurs ? .system : .input, error.code, error.message)
    case let error as SettingsError: return object(.input, error.code.name, error.message)
    case let error as Unmet: return object(.input, "not-met", error.message)
    default: return object(.system, "unexpected", "\(error)")
    }
  }

  private static func tell(_ line: JSONValue) {
    FileHandle.standardOutput.write(Data((line.text() + "\n").utf8))
  }
}

/// What a job's process may use.
struct JobLimits: Sendable {
  var memory: UInt64 = 16 << 30
  /// Of processor time.
  var seconds: UInt64 = 3600
  var fileBytes: UInt64 = 16 << 30

  /// Set for a job that may use the network.
  static let connected = "MAQUETTE_JOB_CONNECTED"

  private static let names = [
    "MAQUETTE_JOB_MEMORY", "MAQUETTE_JOB_SECONDS", "MAQUETTE_JOB_FILE_BYTES",
  ]

  var environment: [String: String] {
    Dictionary(
      uniqueKeysWithValues: zip(Self.names, [memory, seconds, fileBytes].map { String($0) }))
  }

  static var ofEnvironment: JobLimits {
    var limits = JobLimits()
    func value(_ name: String) -> UInt64? {
      ProcessInfo.processInfo.environment[name].flatMap { UInt64($0) }
    }
    if let memory = value(names[0]) { limits.memory = memory }
    if let seconds = value(names[1]) { limits.seconds = seconds }
    if let bytes = value(names[2]) { limits.fileBytes = bytes }
    return limits
  }
}
