public import Foundation
import Glibc

/// How a child process has ended.
public enum ProcessEnding: Sendable, Equatable {
  case code(Int32)
  case signal(Int32)
}

extension Process {
  /// How the process ended, for one who asks until it has; nil while it runs.
  ///
  /// Foundation now and then misses the end of a child: the thread that watches its socket falls asleep without it, and
  /// `isRunning` stays true for ever. So the system is asked too.
  public func endingNow() -> ProcessEnding? {
    if !isRunning {
      return terminationReason == .exit ? .code(terminationStatus) : .signal(terminationStatus)
    }
    var status: Int32 = 0
    // Where Foundation was quicker, it says so in a moment.
    guard unsafe waitpid(processIdentifier, &status, WNOHANG) == processIdentifier else {
      return nil
    }
    let signal = status & 0x7F
    return signal == 0 ? .code(status >> 8 & 0xFF) : .signal(signal)
  }

  /// Whether the process has ended, however often it is asked.
  public var isOver: Bool {
    if !isRunning { return true }
    var status: Int32 = 0
    let found = unsafe waitpid(processIdentifier, &status, WNOHANG)
    return found == processIdentifier || found == -1 && errno == ECHILD
  }
}
