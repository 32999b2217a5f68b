import Geometry
import Imaging
public import LinearMath
public import Scenes
public import Work

/// A scene made ready for drawing, whichever engine draws: flattened into world coordinates, with
/// normals and tangents where they were missing, and pictures decoded once.
public struct PreparedScene: Sendable {
  /// A mesh in world coordinates with what it is made of.
  struct Surface: Sendable {
    var mesh: Mesh
    var material: PreparedMaterial
  }

  /// A decoded picture with its role.
  struct Picture: Sendable {
    let image: Image
    /// sRGB colour, or plain numbers.
    let isColor: Bool
    let texture: Texture
  }

  let surfaces: [Surface]
  let pictures: [Picture]
  /// From the source's coordinates to the world: a uniform scale, then a translation.
  public let worldFromSource: Matrix4
  public let scale: Double
  public let offset: SIMD3<Double>

  /// Flattens the scene and moves it so that the middle of its bounding box lies at the origin and its
  /// farthest vertex at distance 1.
  ///
  /// Throws `RenderError` where there is no surface. What is missing or damaged goes to the log.
  public init(_ scene: Scene, _ work: WorkContext) throws {
    let parts = scene.surfaces().filter { !$0.mesh.triangles.isEmpty }
    var box = Box()
    for part in parts { box.formUnion(part.mesh.bounds) }
    guard !box.isEmpty else {
      throw RenderError(
        "no-triangles", "the model holds no triangles, so there is nothing to draw",
        kind: .unreadableInput)
    }
    let center = SIMD3<Double>(box.center)
    let radius = Self.radius(of: parts, around: center)
    guard radius > 0, radius.isFinite else {
      throw RenderError(
        "no-extent", "the model is a single point, so there is nothing to draw",
        kind: .unreadableInput)
    }
    let (scale, offset) = (1 / radius, center * (-1 / radius))
    let transform = Matrix4(
      linear: Matrix3(columns: [scale, 0, 0], [0, scale, 0], [0, 0, scale]), translation: offset)

    var textures = try PictureTable(scene, materials: parts.compactMap(\.material), work)
    let materials = parts.map { part in
      textures.prepare(part.material.map { scene.materials[$0] } ?? .plain, for: part.mesh)
    }
    surfaces = try parallelMap(count: parts.count, work) { index in
      let mesh = parts[index].mesh.transformed(by: transform)
      return Surface(
        mesh: materials[index].completed(mesh), material: materials[index])
    }
    pictures = textures.pictures
    (self.scale, self.offset, worldFromSource) = (scale, offset, transform)
  }

  private static func radius(of parts: [Scene.Shape.Part], around center: SIMD3<Double>) -> Double {
    var largest = 0.0
    for part in parts {
      for triangle in part.mesh.triangles {
        for corner in 0..<3 {
          let position = SIMD3<Double>(part.mesh.positions[Int(triangle[corner])])
          largest = max(largest, (position - center).lengthSquared)
        }
      }
    }
    return largest.squareRoot()
  }

  public var triangleCount: Int { surfaces.reduce(0) { $0 + $1.mesh.triangles.count } }
}
