import Geometry
import Imaging
import LinearMath
import Rendering
import Scenes
import Views
import Work

/// A picture of a print for the 3MF package.
enum PrintThumbnail {
  private static let size = 256

  /// A PNG, or nothing with a warning where pictures cannot be drawn.
  static func png(of solid: PrintJob.Solid, _ work: WorkContext) throws -> [UInt8] {
    do {
      let scene = Scene(mesh: solid.mesh, material: Material.plain).turned(from: .z, to: .y)
      let lens = Intrinsics(width: size, height: size, fieldOfView: 0.6)
      let direction = SIMD3<Double>(0.6, 0.55, 1).normalized
      let camera = Camera(
        eye: direction * ViewSampling.distance(intrinsics: lens), target: .zero, intrinsics: lens)
      let renderer = try Renderer(
        try PreparedScene(scene, work), settings: RenderSettings(), intrinsics: lens, work)
      return try ImageFile.encodePNG(renderer.frame(camera).color)
    } catch {
      try work.checkCancelled()
      work.log.warn("the 3MF gets no picture of the model: \(error)")
      return []
    }
  }
}
