import Foundation
import Glibc
import Settings
import Synchronization
import Work

/// The process of one attempt at a job, from outside: starts it in a folder with nothing but its
/// inputs, and listens.
final class JobProcess: Sendable {
  enum Event: Sendable {
    case progress(Double)
    /// A file that is whole.
    case ready(String)
  }

  enum Ending: Sendable {
    case done(JSONValue)
    case failed(Job.Failure)
    /// The process ended without a word.
    case crashed(String)

    var name: String {
      switch self {
      case .done: "done"
      case .failed(let failure): failure.code
      case .crashed(let how): how
      }
    }
  }

  /// The most that is believed of a line.
  private static let lineLimit = 1 << 20
  private let process = Process()
  private let lines = Mutex<[JSONValue]>([])
  private let news = DispatchSemaphore(value: 0)
  private let isOver = Mutex(false)
  /// How it ended, in words, once it has.
  private let crash = Mutex("")

  /// - Parameter program: the executable that knows `JobTask.word`.
  init(folder: String, program: String, limits: JobLimits, isConnected: Bool) throws {
    process.executableURL = URL(fileURLWithPath: program)
    process.arguments = [JobTask.word]
    process.currentDirectoryURL = URL(fileURLWithPath: folder)
    // Nothing of ours but where programs are: what runs here reads what strangers sent.
    process.environment = limits.environment.merging(
      ["PATH": "/usr/local/bin:/usr/bin:/bin", "TMPDIR": folder, "HOME": folder]
    ) { $1 }
    if isConnected { process.environment?[JobLimits.connected] = "1" }
    let output = Pipe()
    process.standardOutput = output
    process.standardInput = FileHandle.nullDevice
    _ = FileManager.default.createFile(atPath: folder + "/log.txt", contents: nil)
    process.standardError = FileHandle(forWritingAtPath: folder + "/log.txt")
    try process.run()
    try? output.fileHandleForWriting.close()
    let reader = output.fileHandleForReading
    Thread.detachNewThread { [self] in
      var held: [UInt8] = []
      // What is there, at once: reading a number of bytes would wait for all of them.
      while case let piece = reader.availableData, !piece.isEmpty {
        held += piece
        while let end = held.firstIndex(of: UInt8(ascii: "\n")) {
          if let line = try? JSONValue(parsing: Data(held[..<end])) {
            lines.withLock { $0.append(line) }
            news.signal()
          }
          held.removeFirst(end + 1)
        }
        if held.count > Self.lineLimit {
          // It would wait for ever for somebody to read on.
          kill()
          break
        }
      }
      var found: ProcessEnding?
      while found == nil {
        found = process.endingNow()
        usleep(2_000)
      }
      let ended = found
      crash.withLock { $0 = Self.crash(ended) }
      isOver.withLock { $0 = true }
      news.signal()
    }
  }

  /// With what it has started, which has process groups of its own.
  func kill() {
    let parent = process.processIdentifier
    let threads =
      (try? FileManager.default.contentsOfDirectory(atPath: "/proc/\(parent)/task")) ?? []
    for thread in threads {
      let list = try? String(
        contentsOfFile: "/proc/\(parent)/task/\(thread)/children", encoding: .utf8)
      for child in (list ?? "").split(separator: " ").compactMap({ Int32($0) }) {
        _ = Glibc.kill(-child, SIGKILL)
        _ = Glibc.kill(child, SIGKILL)
      }
    }
    _ = Glibc.kill(parent, SIGKILL)
  }

  /// Waits for the end; `tick` is called at least once a second, with what is new.
  /// Where that throws, the process is ended first.
  func wait(_ tick: ([Event]) throws -> Void) throws -> Ending {
    do { return try listen(tick) } catch {
      kill()
      while !isOver.withLock({ $0 }) { _ = news.wait(timeout: .now() + 1) }
      throw error
    }
  }

  private func listen(_ tick: ([Event]) throws -> Void) throws -> Ending {
    var ending: Ending?
    while true {
      _ = news.wait(timeout: .now() + 1)
      let wasOver = isOver.withLock { $0 }
      let new = lines.withLock { lines in
        defer { lines = [] }
        return lines
      }
      var events: [Event] = []
      for line in new {
        if let fraction = line["progress"]?.double {
          events.append(.progress(fraction))
        } else if let name = line["ready"]?.string {
          events.append(.ready(name))
        } else if let told = Ending(line) {
          ending = told
        }
      }
      try tick(events)
      if wasOver { return ending ?? .crashed(crash.withLock { $0 }) }
    }
  }

  private static func crash(_ ending: ProcessEnding?) -> String {
    switch ending {
    case .signal(let signal): "the job's process was ended by signal \(signal)"
    case .code(let code): "the job's process ended with \(code) and no word"
    case nil: ""
    }
  }
}
