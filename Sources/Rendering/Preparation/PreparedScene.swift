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
    let places = scene.placed.filter {
      !scene.shapes[$0.shape].parts[$0.part].mesh.triangles.isEmpty
    }
    let parts = places.map { scene.shapes[$0.shape].parts[$0.part] }
    var (low, high) = (SIMD3<Double>(repeating: .infinity), SIMD3<Double>(repeating: -.infinity))
    Self.forEachCorner(places, parts) { corner in
      low = pointwiseMin(low, corner)
      high = pointwiseMax(high, corner)
    }
    guard !parts.isEmpty else {
      throw RenderError(
        "no-triangles", "the model holds no triangles, so there is nothing to draw",
        kind: .unreadableInput)
    }
    let center = (low + high) / 2
    var largest = 0.0
    Self.forEachCorner(places, parts) { largest = max(largest, ($0 - center).lengthSquared) }
    let radius = largest.squareRoot()
    guard radius > 0, radius.isFinite else {
      throw RenderError(
        "no-extent", "the model is a single point or larger than numbers go, so it cannot be drawn",
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
      // One transform from the node to the world: rounding twice would cost a model far from its
      // origin its detail.
      let mesh = parts[index].mesh.transformed(by: transform * places[index].worldFromNode)
      return Surface(
        mesh: materials[index].completed(mesh), material: materials[index])
    }
    pictures = textures.pictures
    (self.scale, self.offset, worldFromSource) = (scale, offset, transform)
  }

  /// Calls `body` with every triangle corner in the scene's coordinates.
  private static func forEachCorner(
    _ places: [Scene.Placed], _ parts: [Scene.Shape.Part], _ body: (SIMD3<Double>) -> Void
  ) {
    for (place, part) in zip(places, parts) {
      for triangle in part.mesh.triangles {
        for corner in 0..<3 {
          let position = part.mesh.positions[Int(triangle[corner])]
          body(place.worldFromNode.transform(point: SIMD3<Double>(position)))
        }
      }
    }
  }

  public var triangleCount: Int { surfaces.reduce(0) { $0 + $1.mesh.triangles.count } }
}
