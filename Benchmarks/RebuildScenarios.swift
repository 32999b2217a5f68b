import Geometry
import Imaging
import LinearMath
import Reconstruction
import Rendering
import Scenes
import Views
import Work

extension Scenarios {
  static let unwrap = Scenario(name: "unwrap", bytes: geometryBytes) {
    let result = try bumpy.unwrapped(UnwrapSettings(), WorkContext())
    // How many charts there are depends on libraries of the system; that most of the square is used must not.
    return [
      ("triangles", result.mesh.triangles.count), ("isTight", result.coverage > 0.45 ? 1 : 0),
    ]
  }

  /// Views of the bumpy ring, drawn once.
  private static let views: [SourceView] = {
    let lens = Intrinsics(width: 200, height: 200, fieldOfView: 0.857)
    let work = WorkContext()
    do {
      let scene = try PreparedScene(Scene(mesh: bumpy, material: Material.plain), work)
      let renderer = try Renderer(scene, settings: RenderSettings(), intrinsics: lens, work)
      return try ViewSampling.cameras(count: 40, coverage: .sphere, intrinsics: lens).enumerated()
        .map {
          SourceView(name: "view \($0)", camera: $1, image: try renderer.frame($1).color)
        }
    } catch { return [] }
  }()

  /// Forty views of 200 pixels to a textured mesh.
  static let rebuild = Scenario(name: "rebuild", bytes: 40 * 200 * 200 * 4) {
    var settings = ReconstructSettings()
    settings.resolution = 128
    settings.textureSize = 1024
    let work = WorkContext()
    let mesh = try ViewSet(views, work).rebuilt(settings, seed: 0, work).mesh
    let report = mesh.report()
    return [("isWatertight", report.isWatertight ? 1 : 0), ("isRing", report.genus == 1 ? 1 : 0)]
  }
}
