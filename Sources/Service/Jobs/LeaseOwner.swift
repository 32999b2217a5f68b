import Foundation
import Glibc

/// Who holds a lease: a process of a start of a machine, or whoever has it by its name. The end of a process is
/// seen at once by others beside it; leases of those elsewhere run out.
enum LeaseOwner {
  enum Fate: Sendable {
    case alive, gone
    /// Of an earlier start of this machine, or of another machine.
    case otherStart
    /// In another container, or at the other end of a connection.
    case elsewhere

    /// Whether its leases are void before they run out.
    func isLost(_ engine: any DatabaseEngine) -> Bool {
      self == .gone || self == .otherStart && engine.isOfThisMachine
    }
  }

  private static let boot =
    (try? String(contentsOfFile: "/proc/sys/kernel/random/boot_id", encoding: .utf8))?
    .trimmingCharacters(in: .whitespacesAndNewlines) ?? "unknown"

  /// Where our numbers of processes mean something: containers have their own.
  private static let namespace =
    ((try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/ns/pid")) ?? "")
    .filter(\.isNumber)

  /// A new owner in this process.
  static func here() -> String {
    [
      boot, namespace, "\(getpid())", startTime(of: getpid()) ?? "0", Identifier.short(),
    ].joined(separator: ":")
  }

  /// An owner that only its name proves.
  static func remote() -> String { "lease_" + Identifier.random(32) }

  static func fate(_ owner: String) -> Fate {
    let parts = owner.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
    guard parts.count == 5, let process = Int32(parts[2]) else { return .elsewhere }
    guard parts[0] == boot else { return .otherStart }
    guard parts[1] == namespace else { return .elsewhere }
    return startTime(of: process) == parts[3] ? .alive : .gone
  }

  /// When a process began, which tells it from a later one of the same number.
  private static func startTime(of process: Int32) -> String? {
    guard let text = try? String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8),
      let name = text.lastIndex(of: ")")
    else { return nil }
    let fields = text[text.index(after: name)...].split(separator: " ")
    // A zombie holds nothing any more.
    guard fields.count > 19, fields[0] != "Z" else { return nil }
    return String(fields[19])
  }
}
