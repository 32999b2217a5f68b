import Foundation
import Glibc

/// Who holds a lease: a process of a start of a machine. Its end is seen at once by others on the same
/// machine; those elsewhere wait for the lease to run out.
enum LeaseOwner {
  private static let boot =
    (try? String(contentsOfFile: "/proc/sys/kernel/random/boot_id", encoding: .utf8))?
    .trimmingCharacters(in: .whitespacesAndNewlines) ?? "unknown"

  /// A new owner in this process.
  static func here() -> String {
    "\(boot):\(getpid()):\(startTime(of: getpid()) ?? "0"):\(Identifier.short())"
  }

  /// False where the process is known to be gone.
  static func isAlive(_ owner: String) -> Bool {
    let parts = owner.split(separator: ":").map(String.init)
    guard parts.count == 4, let process = Int32(parts[1]) else { return false }
    // Leases of an earlier start of this machine, or of another machine: the clock of leases is the
    // machine's, so the former are lost, and the latter need a server to lease from.
    guard parts[0] == boot else { return false }
    return startTime(of: process) == parts[2]
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
