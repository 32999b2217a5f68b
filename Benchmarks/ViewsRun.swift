import Formats
import Foundation
import Imaging
import Rendering
import Settings
import Views
import Work

/// `benchmark views MODEL...`: the CPU seconds of one view of a textured model, encoded, beside those of Python's
/// renderers in the same run. Ours, on one thread, also has normals.
enum ViewsRun {
  private static let (views, pixels) = (12, 800)
  private static let python = ".build/rivals/bin/python"

  static func run(_ models: [String]) throws {
    print(
      "\n| CPU s a view of \(pixels) pixels | Maquette | of which encoding | without self-shadows | pyrender | VTK |"
    )
    print("|---|---|---|---|---|---|")
    for path in models {
      let name = URL(fileURLWithPath: path).deletingPathExtension().lastPathComponent
      let (full, plain) = try (
        seconds(path, selfShadows: true), seconds(path, selfShadows: false)
      )
      let ours = [full.all, full.encoding, plain.all].map(short)
      let others = ["pyrender", "vtk"].map { ask($0, path).map(short) ?? "failed" }
      print("| \(name) | \((ours + others).joined(separator: " | ")) |")
    }
  }

  private static func short(_ seconds: Double) -> String { String(format: "%.3f", seconds) }

  private static func seconds(
    _ path: String, selfShadows: Bool
  ) throws -> (all: Double, encoding: Double) {
    let work = WorkContext(threads: 1)
    let prepared = try PreparedScene(try SceneFile.read(path, log: LogSink()), work)
    var settings = RenderSettings()
    settings.engine = .software
    settings.selfShadows = selfShadows
    var views = ViewSettings()
    (views.views, views.pixels) = (Self.views, Self.pixels)
    let renderer = try Renderer(
      prepared, settings: settings, intrinsics: views.intrinsics, work)
    var start = clock()
    var encoding = 0
    for (index, camera) in try ViewPlan(views, seed: 0, testFraction: 0).all.enumerated() {
      let frame = try renderer.frame(camera)
      let drawn = clock()
      for picture in [frame.color, frame.depth16(unit: 0.001), frame.normals] {
        _ = try ImageFile.encodePNG(picture)
      }
      _ = try ImageFile.encodeBitPNG(frame.mask)
      encoding += clock() - drawn
      if index == 0 { (start, encoding) = (clock(), 0) }
    }
    let scale = Double(CLOCKS_PER_SEC) * Double(Self.views - 1)
    return (Double(clock() - start) / scale, Double(encoding) / scale)
  }

  private static func ask(_ tool: String, _ path: String) -> Double? {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: python)
    process.arguments = ["Benchmarks/Rivals/rival_views.py", tool, path, "\(views)", "\(pixels)"]
    let pipe = Pipe()
    process.standardOutput = pipe
    process.standardError = FileHandle.nullDevice
    guard (try? process.run()) != nil else { return nil }
    let data = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    guard process.terminationStatus == 0, let line = data.split(separator: 10).last else {
      return nil
    }
    return try? JSONValue(parsing: Data(line))["seconds"]?.double
  }
}
