import Geometry
import LinearMath

/// Vertices that stand for those around them, where a mesh has far more than light needs: one for each cell of a grid
/// and each of six directions that normals may mostly point in. Between them light is mixed: by place linearly
/// between the middles of cells, by direction as an ambient cube does (McTaggart, "Half-Life 2 / Valve source
/// shading", 2004).
struct LightGrid: Sendable {
  /// The vertices that stand for others.
  private(set) var samples: [Int] = []
  /// Of each vertex the number of the one that stands for it.
  private(set) var sampleOf: [Int32] = []
  private var numbers: [UInt64: Int32] = [:]
  private let side: Float

  init(_ mesh: Mesh, side: Float) {
    self.side = side
    sampleOf.reserveCapacity(mesh.positions.count)
    for vertex in mesh.positions.indices {
      let normal = mesh.attributes.normals[vertex]
      let size = SIMD3<Float>(abs(normal.x), abs(normal.y), abs(normal.z))
      let axis = size.x >= size.y && size.x >= size.z ? 0 : size.y >= size.z ? 1 : 2
      let cell = (mesh.positions[vertex] / side).rounded(.down)
      let key = Self.key(cell, axis, normal[axis] < 0)
      if let known = numbers[key] {
        sampleOf.append(known)
      } else {
        numbers[key] = Int32(samples.count)
        sampleOf.append(Int32(samples.count))
        samples.append(vertex)
      }
    }
  }

  private static func key(_ cell: SIMD3<Float>, _ axis: Int, _ isNegative: Bool) -> UInt64 {
    // The scene lies within 1 of the middle, a ground within 3.
    func bits(_ value: Float) -> UInt64 { UInt64(min(max(0, value + 32_768), 65_535)) }
    let place = bits(cell.x) << 32 | bits(cell.y) << 16 | bits(cell.z)
    return place << 3 | UInt64(2 * axis + (isNegative ? 1 : 0))
  }

  /// Calls `body` with samples and weights that a place mixes; not one of a sum of 1.
  func forEachSample(
    at position: SIMD3<Float>, _ normal: SIMD3<Float>,
    _ body: (_ sample: Int, _ weight: Float) -> Void
  ) {
    let place = position / side - 0.5
    let base = place.rounded(.down)
    let share = place - base
    for axis in 0..<3 where normal[axis] * normal[axis] > 0.01 {
      for corner in 0..<8 {
        var cell = base
        var weight = normal[axis] * normal[axis]
        for direction in 0..<3 {
          let isFar = corner >> direction & 1 == 1
          if isFar { cell[direction] += 1 }
          weight *= isFar ? share[direction] : 1 - share[direction]
        }
        if weight > 0, let sample = numbers[Self.key(cell, axis, normal[axis] < 0)] {
          body(Int(sample), weight)
        }
      }
    }
  }
}
