import Foundation
import Glibc

/// `benchmark sets MODEL...`: CPU seconds from start to closed archive of 100 views of 800 pixels, of all threads and all
/// that belongs to it, beside pyrender with PNG at level 1 and, where Blender is installed, its EEVEE. A field is empty
/// where something failed or is not there.
enum SetsRun {
  private static let (views, pixels) = (100, 800)
  /// EEVEE takes minutes for a hundred views; so many are drawn, and the rest is as dear as these.
  private static let blenderViews = 4

  static func run(_ models: [String]) throws {
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("maquette-sets-\(getpid())")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    print(
      "\n| CPU s for \(views) views of \(pixels) pixels | ZIP | HDF5 | pyrender | EEVEE | pyrender / ZIP | EEVEE / ZIP |"
    )
    print("|---|---|---|---|---|---|---|")
    for path in models {
      let name = URL(fileURLWithPath: path).deletingPathExtension().lastPathComponent
      func ours(_ ending: String) -> Double? {
        median {
          spent(
            ".build/release/maquette",
            [
              "dataset", path, "--preset", "100x800", "-o", folder.path + "/set." + ending,
              "--quiet",
            ])
        }
      }
      let (zip, hdf5) = (ours("zip"), ours("h5"))
      let pyrender = median {
        spent(
          ".build/rivals/bin/python",
          [
            "Benchmarks/Rivals/rival_views.py", "pyrender", path, "\(views)", "\(pixels)",
            folder.path + "/p.zip",
          ])
      }
      let (one, some) = (eevee(path, 1, folder.path), eevee(path, 1 + blenderViews, folder.path))
      let blender = one.flatMap { one in
        some.map { one + ($0 - one) / Double(blenderViews) * Double(views - 1) }
      }
      let ratios = [pyrender, blender].map { other in
        zip.flatMap { own in other.map { $0 / own } }
      }
      let cells = ([zip, hdf5, pyrender, blender] + ratios)
        .map { $0.map { String(format: "%.1f", $0) } ?? "" }
      print("| \(name) | \(cells.joined(separator: " | ")) |")
    }
  }

  private static func eevee(_ path: String, _ views: Int, _ folder: String) -> Double? {
    spent(
      "/usr/bin/blender",
      [
        "-b", "--factory-startup", "-P", "Benchmarks/Rivals/rival_blender.py", "--", path,
        folder + "/b", "\(views)", "\(pixels)",
      ])
  }

  private static func median(_ run: () -> Double?) -> Double? {
    let (seconds, last) = Repeats.median(most: 3, seconds: 60) {
      let spent = run()
      return (spent ?? .infinity, spent)
    }
    return last.map { _ in seconds }
  }

  /// CPU seconds of a program that ends well.
  private static func spent(_ program: String, _ words: [String]) -> Double? {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: program)
    process.arguments = words
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    let before = children()
    guard (try? process.run()) != nil else { return nil }
    process.waitUntilExit()
    return process.terminationStatus == 0 ? children() - before : nil
  }

  /// CPU seconds of all programs that were started and have ended.
  private static func children() -> Double {
    var usage = rusage()
    _ = unsafe getrusage(__rusage_who_t(RUSAGE_CHILDREN.rawValue), &usage)
    return [usage.ru_utime, usage.ru_stime].reduce(0) {
      $0 + Double($1.tv_sec) + Double($1.tv_usec) / 1e6
    }
  }
}
