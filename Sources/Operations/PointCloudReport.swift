import Geometry
import LinearMath
import Scenes
import Settings

/// What `inspect` says of points without triangles, such as the `points3D.ply` of a dataset.
struct PointCloudReport {
  private let cloud: Mesh
  private let bounds: Box

  /// Nil where the scene holds no points.
  init?(_ scene: Scene) {
    cloud = Mesh.merged(scene.shapes.flatMap(\.parts).map(\.mesh))
    guard cloud.triangles.isEmpty, !cloud.positions.isEmpty else { return nil }
    bounds = cloud.positions.reduce(into: Box()) { $0.insert($1) }
  }

  var json: JSONValue {
    func vector(_ v: SIMD3<Float>) -> JSONValue {
      .array((0..<3).map { .number(Double(v[$0])) })
    }
    return [
      "points": .integer(cloud.positions.count), "vertices": .integer(cloud.positions.count),
      "triangles": .integer(0),
      "normals": .bool(!cloud.attributes.normals.isEmpty),
      "colors": .bool(!cloud.attributes.colors.isEmpty),
      "boundingBox": ["min": vector(bounds.minimum), "max": vector(bounds.maximum)],
    ]
  }

  var text: String {
    let kept = [
      (cloud.attributes.normals.isEmpty, "normals"), (cloud.attributes.colors.isEmpty, "colours"),
    ].filter { !$0.0 }.map(\.1)
    return """
      points          \(cloud.positions.count)
      triangles       0
      size            \(bounds.size.x) x \(bounds.size.y) x \(bounds.size.z) units
      carries         \(kept.isEmpty ? "positions only" : kept.joined(separator: ", "))
      """
  }
}
