public import Foundation
import Glibc

/// Another program of the system, run to its end.
public struct ChildProcess {
  /// Its name on the path.
  public let program: String
  /// The Debian package that brings it.
  public let package: String
  private let url: URL

  /// Throws where the program is not installed, with the line that installs it.
  public init(_ program: String, package: String) throws {
    let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin").split(
      separator: ":")
    let found = folders.map { "\($0)/\(program)" }.first {
      let real = URL(fileURLWithPath: $0).resolvingSymlinksInPath().path
      let kind = try? FileManager.default.attributesOfItem(atPath: real)[.type]
      return kind as? FileAttributeType == .typeRegular
        && FileManager.default.isExecutableFile(atPath: real)
    }
    guard let found else {
      throw ChildError(
        "missing-program", "\(program) is not installed; run: apt-get install \(package)", program,
        .missingDependency)
    }
    (self.program, self.package, url) = (program, package, URL(fileURLWithPath: found))
  }

  /// A program at a place that is known.
  public init(executable: URL, package: String) {
    (program, self.package, url) = (executable.lastPathComponent, package, executable)
  }

  /// Waits for it while `feed` writes to its standard input. What it says goes to a file, as with `run`.
  ///
  /// - Parameter feed: is given what writes bytes; where the program ends early its own words are the error.
  public func run(
    _ arguments: [String], log: URL, _ work: WorkContext,
    feed: (_ write: @escaping ([UInt8]) throws -> Void) throws -> Void
  ) throws {
    // Writing to a program that has ended is an error like others, not the end of this one.
    _ = signal(SIGPIPE, SIG_IGN)
    let input = Pipe()
    let (process, words) = try start(arguments, log: log, input: input)
    let end = input.fileHandleForWriting
    var hasEnded = false
    do {
      try feed { bytes in
        try work.checkCancelled()
        do {
          try end.write(contentsOf: bytes)
        } catch {
          hasEnded = true
          throw error
        }
      }
      try? end.close()
    } catch {
      try? end.close()
      if hasEnded { try Self.check(try wait(process, work), said: log, program, arguments) }
      Self.end(process)
      throw error
    }
    let ending = try wait(process, work)
    try words.close()
    try Self.check(ending, said: log, program, arguments)
  }

  /// Waits for it. What it says goes to a file, of which the end is shown where it fails.
  ///
  /// - Parameters:
  ///   - log: where its words go; appended to.
  ///   - environment: variables beside those of this program.
  /// - Throws: `ChildError` where it fails, `WorkCancelled` after it was told to stop.
  public func run(
    _ arguments: [String], log: URL, environment: [String: String] = [:], _ work: WorkContext
  ) throws {
    let (process, words) = try start(
      arguments, log: log, environment: environment, input: FileHandle.nullDevice)
    let ending = try wait(process, work)
    try words.close()
    try Self.check(ending, said: log, program, arguments)
  }

  private func start(
    _ arguments: [String], log: URL, environment: [String: String] = [:], input: Any
  ) throws -> (process: Process, words: FileHandle) {
    if !FileManager.default.fileExists(atPath: log.path) {
      _ = FileManager.default.createFile(atPath: log.path, contents: nil)
    }
    let words = try FileHandle(forWritingTo: log)
    try words.seekToEnd()
    let process = Process()
    process.executableURL = url
    process.arguments = arguments
    process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
    process.standardInput = input
    process.standardOutput = words
    process.standardError = words
    try process.run()
    return (process, words)
  }

  private func wait(_ process: Process, _ work: WorkContext) throws -> ProcessEnding {
    while true {
      if let ending = process.endingNow() { return ending }
      if work.cancellation.isCancelled {
        Self.end(process)
        throw WorkCancelled()
      }
      Thread.sleep(forTimeInterval: 0.05)
    }
  }

  /// With what it has started itself: politely, and after a while not.
  private static func end(_ process: Process) {
    // Foundation gives each child a process group of its own.
    let group = -process.processIdentifier
    _ = kill(group, SIGTERM)
    for _ in 0..<40 where !process.isOver { Thread.sleep(forTimeInterval: 0.05) }
    _ = kill(group, SIGKILL)
    while !process.isOver { Thread.sleep(forTimeInterval: 0.01) }
  }

  private static func check(
    _ ending: ProcessEnding, said log: URL, _ program: String, _ arguments: [String]
  ) throws {
    guard ending == .code(0) else {
      let said = String(decoding: (try? Data(contentsOf: log)) ?? Data(), as: UTF8.self)
      let last = said.split(whereSeparator: \.isNewline).suffix(3).joined(separator: " | ")
      let how =
        switch ending {
        case .code(let code): "gave up with code \(code)"
        case .signal(let signal): "was ended by signal \(signal)"
        }
      throw ChildError(
        "program-failed", "\(program) \(arguments.first ?? "") \(how); it said: \(last)", program,
        .unreadableInput)
    }
  }
}

/// Another program that is not there, or failed.
public struct ChildError: ExplainedError, Equatable {
  public let code: String
  public let message: String
  public let place: String
  public let kind: FailureKind

  init(_ code: String, _ message: String, _ place: String, _ kind: FailureKind) {
    (self.code, self.message, self.place, self.kind) = (code, message, place, kind)
  }
}
