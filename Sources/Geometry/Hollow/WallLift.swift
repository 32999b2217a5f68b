import LinearMath
import Work

/// Moves an inner shell away from the wall where its sides or faces come too near the outer surface between
/// vertices that do not.
struct WallLift {
  let tree: BVH
  let thickness: Float

  /// No face meets another that did not before.
  func lifted(_ shell: Mesh, _ work: WorkContext) throws -> Mesh {
    var kernel = HalfedgeMesh(shell, weld: Weld(shell.positions))
    var watch = IntersectionGuard(kernel, wasCut: [])
    for _ in 0..<6 {
      try work.checkCancelled()
      let ways = ways(kernel)
      var hasMoved = false
      for slot in ways.indices where ways[slot] != .zero {
        let vertex = Vertex(slot)
        let goal = kernel.positions[slot] + ways[slot]
        guard watch.allows(kernel, vertex, vertex, at: goal) else { continue }
        kernel.positions[slot] = goal
        watch.update(kernel, around: vertex)
        hasMoved = true
      }
      if !hasMoved { break }
    }
    return kernel.finish().mesh
  }

  /// How far each vertex is to go: as far as the thinnest place of its faces lacks.
  private func ways(_ mesh: borrowing HalfedgeMesh) -> [SIMD3<Float>] {
    var ways = [SIMD3<Float>](repeating: .zero, count: mesh.positions.count)
    for slot in 0..<mesh.faceSlots {
      let names = mesh.vertices(Face(slot))
      let corners = (0..<3).map { mesh.positions[Int(names[$0])] }
      let places = [
        (corners[0] + corners[1] + corners[2]) / 3, (corners[0] + corners[1]) / 2,
        (corners[1] + corners[2]) / 2, (corners[2] + corners[0]) / 2,
      ]
      for place in places {
        guard let closest = tree.closestPoint(to: place) else { continue }
        let wall = closest.squaredDistance.squareRoot()
        guard wall < 0.99 * thickness, wall > 0 else { continue }
        let way = (place - closest.point) / wall * (0.998 * thickness - wall)
        for corner in 0..<3 {
          let vertex = Int(names[corner])
          if way.length > ways[vertex].length { ways[vertex] = way }
        }
      }
    }
    return ways
  }
}
