import Formats
import Foundation
import Geometry
import Scenes
import Settings
import Work

/// One thing that is measured: what it does, how many bytes it touches, and what it counts.
struct Scenario: Sendable {
  let name: String
  /// The bytes whose plain copy is the yardstick.
  let bytes: Int
  /// Runs once; gives quantities that must be the same on every machine.
  let run: @Sendable () throws -> [(key: String, value: Int)]
}

/// `benchmark [NAME...] [MODEL...]`: times scenarios as ratios to a memory copy in the same run, and
/// compares what they count with `Benchmarks/Baselines`; then, for names that rivals have, measures those
/// beside our own on the models, or on a bumpy torus; `views` and `sets` want models with textures. A name stands for all that begin with it.
/// `benchmark --record` writes the baselines, `benchmark --pictures` the documentation's pictures.
enum BenchmarkRun {
  static func main(_ words: [String]) -> Int32 {
    if words == ["--pictures"] {
      do { try ExtensionPictures.write() } catch {
        print("failed: \(error)")
        return 1
      }
      return 0
    }
    if let unknown = words.first(where: { $0.hasPrefix("--") && $0 != "--record" }) {
      print("there is no \(unknown); there are --record and --pictures, names and models")
      return 2
    }
    defer { try? FileManager.default.removeItem(at: Scenarios.scratch) }
    let plain = words.filter { !$0.hasPrefix("--") }
    let models = plain.filter { (try? SceneFormat(path: $0)) != nil }
    let names = plain.filter { !models.contains($0) }
    func isWanted(_ name: String) -> Bool {
      names.isEmpty || names.contains { name == $0 || name.hasPrefix($0 + "-") }
    }
    for name in names
    where !RivalRun.tasks.contains(name) && !["views", "sets"].contains(name)
      && !Scenarios.all.contains(where: { $0.name == name || $0.name.hasPrefix(name + "-") })
    {
      print(
        "there is no benchmark \(name); there are \(Scenarios.all.map(\.name).joined(separator: ", "))"
      )
      return 2
    }
    var failed = models.isEmpty && !runScenarios(isWanted, record: words.contains("--record"))
    let tasks = RivalRun.tasks.filter {
      names.contains($0) || names.isEmpty && !models.isEmpty
    }
    let wantsViews = names.contains("views") && !models.isEmpty
    let wantsSets = names.contains("sets") && !models.isEmpty
    if tasks.isEmpty && !wantsViews && !wantsSets { return failed ? 1 : 0 }
    guard RivalRun.isInstalled else {
      print("LEFT OUT: the rivals, which .ci/setup --rivals installs")
      return failed ? 1 : 0
    }
    do {
      if !tasks.isEmpty { try compare(tasks, models) }
      if wantsViews { try ViewsRun.run(models) }
      if wantsSets { try SetsRun.run(models) }
    } catch {
      print("failed: \(error)")
      failed = true
    }
    return failed ? 1 : 0
  }

  private static func compare(_ tasks: [String], _ models: [String]) throws {
    let meshes =
      models.isEmpty
      ? [("bumpy torus", Scenarios.bumpy)]
      : try models.map { path in
        let name = URL(fileURLWithPath: path).deletingPathExtension().lastPathComponent
        return (name, try SceneFile.read(path, log: LogSink()).merged())
      }
    for (name, mesh) in meshes {
      let rivals = try RivalRun(name, mesh)
      defer { rivals.removeFiles() }
      for task in tasks { try rivals.run(task) }
    }
  }

  private static func runScenarios(_ isWanted: (String) -> Bool, record: Bool) -> Bool {
    var isSound = true
    for scenario in Scenarios.all where isWanted(scenario.name) {
      do {
        let (seconds, counts) = try median { try scenario.run() }
        let copy = copySeconds(scenario.bytes)
        let rate = Double(scenario.bytes) / seconds / 1e6
        print(
          "\(scenario.name): \(rounded(seconds * 1000)) ms, \(rounded(rate)) MB/s, "
            + "\(rounded(seconds / copy)) x a memory copy of the same bytes")
        isSound = try check(scenario.name, counts, record: record) && isSound
      } catch {
        print("\(scenario.name): failed: \(error)")
        isSound = false
      }
    }
    return isSound
  }

  private static func rounded(_ value: Double) -> String {
    String((value * 100).rounded() / 100)
  }

  /// The median seconds by the clock, and what the body gave.
  private static func median<T>(_ body: () throws -> T) rethrows -> (Double, T) {
    try Repeats.median(most: 7, seconds: 10) {
      let start = ContinuousClock.now
      let result = try body()
      return ((ContinuousClock.now - start) / .seconds(1), result)
    }
  }

  /// The median time of copying so many bytes.
  private static func copySeconds(_ bytes: Int) -> Double {
    let source = [UInt8](repeating: 1, count: bytes)
    var sum = 0
    let (seconds, _) = median {
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
