import Foundation
import Glibc
import Synchronization
import Work

/// What the person at the terminal sees: results on standard output, the rest on standard error.
enum Terminal {
  private static let state = Mutex((last: ContinuousClock.now, isDrawn: false))
  private static let isInteractive = isatty(STDERR_FILENO) == 1

  /// Throws `OutputError` where nobody takes the result.
  static func out(_ text: String) throws { try out(Data((text + "\n").utf8)) }

  static func out(_ data: Data) throws {
    do {
      try FileHandle.standardOutput.write(contentsOf: data)
    } catch {
      throw OutputError("cannot-write", systemReason(error), "standard output")
    }
  }

  static func warning(_ text: String) { line("warning: " + text) }

  static func error(_ text: String) { line("maquette: " + text) }

  private static func line(_ text: String) {
    endProgress()
    try? FileHandle.standardError.write(contentsOf: Data((text + "\n").utf8))
  }

  /// A bar that redraws on a terminal; elsewhere a line every five seconds.
  static func progress(quiet: Bool) -> ProgressMeter {
    guard !quiet else { return ProgressMeter() }
    return ProgressMeter { report in
      let isDue = state.withLock { state in
        let interval: Duration = isInteractive ? .milliseconds(100) : .seconds(5)
        guard ContinuousClock.now - state.last >= interval else { return false }
        state.last = .now
        state.isDrawn = isInteractive
        return true
      }
      guard isDue else { return }
      let percent = Int(report.fraction * 100)
      let filled = percent * 30 / 100
      let bar = String(repeating: "#", count: filled) + String(repeating: ".", count: 30 - filled)
      let text =
        isInteractive
        ? "\r[\(bar)] \(percent) % \(report.phase)   " : "\(percent) % \(report.phase)\n"
      try? FileHandle.standardError.write(contentsOf: Data(text.utf8))
    }
  }

  /// Wipes the bar.
  static func endProgress() {
    let wasDrawn = state.withLock { state in
      defer { state.isDrawn = false }
      return state.isDrawn
    }
    if wasDrawn { try? FileHandle.standardError.write(contentsOf: Data("\r\u{1B}[K".utf8)) }
  }
}
