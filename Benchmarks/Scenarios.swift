import Formats
import Foundation
import Geometry
import Imaging
import LinearMath
import Rendering
import Scenes
import Views
import Work

/// What is measured, on data that is made here so that every machine measures the same.
enum Scenarios {
  static let all: [Scenario] = [encodePNG, weld, report, readGLB, render]

  private static let mesh = Mesh.torus(radius: 1, tube: 0.4, segments: 600, sides: 300)

  /// A shaded ball on nothing: smooth colour with long runs, as rendered views are.
  private static let picture: Image = {
    let size = 800
    var bytes = [UInt8](repeating: 0, count: 4 * size * size)
    for y in 0..<size {
      for x in 0..<size {
        let (u, v) = (Double(x - 400) / 320, Double(y - 400) / 320)
        guard u * u + v * v < 1 else { continue }
        let height = (1 - u * u - v * v).squareRoot()
        let light = max(0, 0.5 * u - 0.6 * v + 0.6 * height)
        for (channel, tint) in [230.0, 140, 60, 255].enumerated() {
          let shade = channel == 3 ? 255 : tint * (0.2 + 0.8 * light)
          bytes[4 * (y * size + x) + channel] = UInt8(shade.clamped(to: 0...255))
        }
      }
    }
    return Image(width: size, height: size, channels: 4, bytes: bytes)
  }()

  private static let encodePNG = Scenario(name: "encode-png", bytes: picture.bytes.count) {
    // How well zlib packs is the library's affair; the picture it gives back is ours.
    let again = try ImageFile.decode(try ImageFile.encodePNG(picture)).image
    return [("differingBytes", zip(again.bytes, picture.bytes).count { $0 != $1 })]
  }

  private static let weld = Scenario(name: "weld", bytes: 12 * mesh.positions.count) {
    [("points", Weld(mesh.positions).vertexOfPoint.count)]
  }

  private static let report = Scenario(name: "report", bytes: 12 * mesh.triangles.count) {
    let report = mesh.report()
    return [
      ("triangles", report.triangles), ("components", report.components),
      ("genus", report.genus ?? -1), ("boundaryEdges", report.boundaryEdges),
    ]
  }

  private static let file: [UInt8] =
    (try? SceneFile.encode(
      Scene(mesh: mesh, unit: .meters), as: .glb, stem: "x", log: LogSink()
    )[0].bytes) ?? []

  private static let readGLB = Scenario(name: "read-glb", bytes: file.count) {
    let path = FileManager.default.temporaryDirectory.appendingPathComponent("benchmark.glb").path
    try Data(file).write(to: URL(fileURLWithPath: path))
    defer { try? FileManager.default.removeItem(atPath: path) }
    let scene = try SceneFile.read(path, log: LogSink())
    return [("bytes", file.count), ("triangles", scene.triangleCount)]
  }

  /// Eight views of 400 pixels, without encoding.
  private static let render = Scenario(name: "render", bytes: 8 * 400 * 400 * 12) {
    let lens = Intrinsics(width: 400, height: 400, fieldOfView: 0.857)
    let work = WorkContext()
    let scene = try PreparedScene(Scene(mesh: mesh, material: Material.plain), work)
    let renderer = try Renderer(scene, settings: RenderSettings(), intrinsics: lens, work)
    var views = 0
    for camera in ViewSampling.cameras(count: 8, coverage: .hemisphere, intrinsics: lens) {
      views += try renderer.frame(camera).depth.contains { $0 > 0 } ? 1 : 0
    }
    return [("viewsWithSurface", views), ("triangles", scene.triangleCount)]
  }
}

extension Double {
  fileprivate func clamped(to range: ClosedRange<Double>) -> Double {
    min(max(self, range.lowerBound), range.upperBound)
  }
}
