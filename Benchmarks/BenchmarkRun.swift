import Foundation
import Settings

/// One thing that is measured: what it does, how many bytes it touches, and what it counts.
struct Scenario: Sendable {
  let name: String
  /// The bytes whose plain copy is the yardstick.
  let bytes: Int
  /// Runs once; gives quantities that must be the same on every machine.
  let run: @Sendable () throws -> [(key: String, value: Int)]
}

/// `benchmark [NAME...]`: times scenarios as ratios to a memory copy in the same run, and compares what
/// they count with `Benchmarks/Baselines`. `benchmark --record` writes the baselines.
enum BenchmarkRun {
  static func main(_ words: [String]) -> Int32 {
    let names = words.filter { !$0.hasPrefix("--") }
    var failed = false
    for scenario in Scenarios.all where names.isEmpty || names.contains(scenario.name) {
      do {
        let (counts, seconds) = try median(of: 7) { try scenario.run() }
        let copy = copySeconds(scenario.bytes)
        let rate = Double(scenario.bytes) / seconds / 1e6
        print(
          "\(scenario.name): \(rounded(seconds * 1000)) ms, \(rounded(rate)) MB/s, "
            + "\(rounded(seconds / copy)) x a memory copy of the same bytes")
        failed = try !check(scenario.name, counts, record: words.contains("--record")) || failed
      } catch {
        print("\(scenario.name): failed: \(error)")
        failed = true
      }
    }
    return failed ? 1 : 0
  }

  private static func rounded(_ value: Double) -> String {
    String((value * 100).rounded() / 100)
  }

  private static func median<T>(of runs: Int, _ body: () throws -> T) rethrows -> (T, Double) {
    var last: T?
    let times = try (0..<runs).map { _ in
      let start = ContinuousClock.now
      last = try body()
      return (ContinuousClock.now - start) / .seconds(1)
    }
    return (last!, times.sorted()[runs / 2])
  }

  /// The median time of copying so many bytes.
  private static func copySeconds(_ bytes: Int) -> Double {
    let source = [UInt8](repeating: 1, count: bytes)
    var sum = 0
    let (_, seconds) = median(of: 7) {
      var copy = source
      copy[bytes / 2] &+= 1
      sum += Int(copy[bytes / 2])
    }
    precondition(sum > 0)
    return seconds
  }

  private static func check(
    _ name: String, _ counts: [(key: String, value: Int)], record: Bool
  ) throws -> Bool {
    let path = "Benchmarks/Baselines/\(name).json"
    let text =
      JSONValue.object(counts.map { ($0.key, .integer($0.value)) }).text(pretty: true) + "\n"
    if record {
      try Data(text.utf8).write(to: URL(fileURLWithPath: path))
      return true
    }
    guard let data = FileManager.default.contents(atPath: path) else {
      print("  no baseline at \(path); run from the top of the checkout, or --record one")
      return false
    }
    guard try JSONValue(parsing: data) == JSONValue(parsing: Data(text.utf8)) else {
      print("  counts differ from \(path): now \(text)")
      return false
    }
    return true
  }
}
