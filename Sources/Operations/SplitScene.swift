import Geometry
import Scenes

extension MeshInput {
  /// More pieces are left together as the last.
  static let mostPieces = 256

  /// The scene with each connected piece of its surface as a node of its own, the largest first, called `piece-001`
  /// and so on. What meets at a place is connected, also across seams of textures.
  func split() throws -> (scene: Scene, pieces: Int) {
    let pieces = connectedPieces()
    var result = scene
    (result.shapes, result.nodes, result.roots) = ([], [], [])
    for (index, triangles) in pieces.enumerated() {
      let piece = try Mesh(
        positions: mesh.positions, triangles: triangles.map { mesh.triangles[$0] },
        attributes: mesh.attributes)
      let digits = "\(index + 1)"
      let name = "piece-" + String(repeating: "0", count: max(0, 3 - digits.count)) + digits
      var shape = replaced(by: piece, from: triangles).shapes[0]
      shape.name = name
      result.shapes.append(shape)
      result.nodes.append(Scene.Node(name: name, shape: index))
      result.roots.append(index)
    }
    return (result, pieces.count)
  }

  /// Triangles of each piece, pieces with the most first.
  private func connectedPieces() -> [[Int]] {
    let pieces = mesh.connectedParts()
    guard pieces.count > Self.mostPieces else { return pieces }
    let rest = pieces[(Self.mostPieces - 1)...].flatMap(\.self).sorted()
    return Array(pieces[..<(Self.mostPieces - 1)]) + [rest]
  }
}
