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
    for _ in 0..<8 {
      try work.checkCancelled()
      let ways = ways(kernel)
      var hasMoved = false
      for slot in ways.indices where ways[slot] != .zero {
        let vertex = Vertex(slot)
        for share: Float in [1, 0.5] {
          let goal = kernel.positions[slot] + ways[slot] * share
          guard watch.allows(kernel, vertex, vertex, at: goal) else { continue }
          kernel.positions[slot] = goal
          watch.update(kernel, around: vertex)
          hasMoved = true
          break
        }
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
      var least = Float.infinity
      func look(_ place: SIMD3<Float>) {
        guard let closest = tree.closestPoint(to: place) else { return }
        let wall = closest.squaredDistance.squareRoot()
        least = min(least, wall)
        guard wall < 0.989 * thickness, wall > 0 else { return }
        let way = (place - closest.point) / wall * (0.995 * thickness - wall)
        for corner in 0..<3 {
          let vertex = Int(names[corner])
          if way.length > ways[vertex].length { ways[vertex] = way }
        }
      }
      look((corners[0] + corners[1] + corners[2]) / 3)
      for corner in 0..<3 {
        look(corners[corner])
        look((corners[corner] + corners[(corner + 1) % 3]) / 2)
      }
      // Where it is nearly too thin there may be more of that in between.
      guard least < 0.996 * thickness else { continue }
      for corner in 0..<3 {
        let (a, b, c) = (corners[corner], corners[(corner + 1) % 3], corners[(corner + 2) % 3])
        look((3 * a + b) / 4)
        look((a + 3 * b) / 4)
        look((2 * a + b + c) / 4)
      }
    }
    return ways
  }
}
