import Glibc
import LinearMath

/// Places for holes through the bottom of a cavity, and cylinders to make them.
struct DrainHoles {
  let radius: Float
  /// Which way is up in print, of length one.
  let up: SIMD3<Float>

  /// Low points of a cavity, each at least two diameters from the others, where a hole down keeps clear of
  /// the sides of the model: a little higher is better than through an edge.
  ///
  /// - Parameters:
  ///   - wall: how thick the wall is.
  ///   - outer: a tree of the outer surface.
  func places(in cavity: Mesh, count: Int, wall: Float, _ outer: BVH) -> [SIMD3<Float>] {
    let spread = cavity.sampledSurface(count: 2000, seed: 1).map {
      cavity.interpolated(cavity.positions, at: $0)
    }
    let floor = cavity.positions.lazy.map { $0.dot(up) }.min() ?? 0
    let top = cavity.positions.lazy.map { $0.dot(up) }.max() ?? 0
    // The lower third is low enough.
    let low = (cavity.positions + spread).filter { 3 * ($0.dot(up) - floor) <= top - floor }
    let costs = low.map { place in
      place.dot(up) + 2 * max(0, radius + wall - clearance(below: place, wall, outer))
    }
    let sorted = low.indices.sorted { costs[$0] != costs[$1] ? costs[$0] < costs[$1] : $0 < $1 }
    var found: [SIMD3<Float>] = []
    for index in sorted where found.count < count {
      let place = low[index]
      if found.allSatisfy({ ($0 - place).length > 4 * radius }) { found.append(place) }
    }
    return found
  }

  /// How far it is to the side from the middle of a hole's wall to the outside.
  private func clearance(below place: SIMD3<Float>, _ wall: Float, _ outer: BVH) -> Float {
    let middle = place - up * (wall / 2)
    let side = SIMD3<Float>(SIMD3<Double>(up).anyPerpendicular)
    let front = up.cross(side)
    var least = radius + wall
    for turn in 0..<8 {
      let angle = Float(turn) * .pi / 4
      let way = side * cos(angle) + front * sin(angle)
      if let hit = outer.firstHit(from: middle, along: way, far: least) { least = hit.distance }
    }
    return least
  }

  /// A cylinder straight down from inside the cavity until it is out of the wall.
  ///
  /// - Parameters:
  ///   - place: a low point of the cavity.
  ///   - wall: how thick the wall is.
  ///   - outer: a tree of the outer surface.
  func cylinder(at place: SIMD3<Float>, wall: Float, _ outer: BVH) -> Mesh {
    let exit = outer.firstHit(from: place, along: -up)?.distance ?? wall
    // Slanting walls end later under the cylinder's rim than under its middle.
    let bottom = place - up * (exit + wall + 2 * radius)
    let top = place + up * (wall * 0.5 + radius)
    let side = SIMD3<Float>(SIMD3<Double>(up).anyPerpendicular)
    let front = up.cross(side)
    let sides = 48
    var positions = [bottom, top]
    // An odd angle to begin with keeps planes of designed parts from meeting the facets' planes.
    for index in 0..<sides {
      let angle = (Float(index) + 0.37) * 2 * .pi / Float(sides)
      let out = (side * cos(angle) + front * sin(angle)) * radius
      positions.append(bottom + out)
      positions.append(top + out)
    }
    var triangles: [SIMD3<UInt32>] = []
    for index in 0..<sides {
      let (a, b) = (UInt32(2 + 2 * index), UInt32(2 + 2 * ((index + 1) % sides)))
      triangles.append(SIMD3(0, b, a))
      triangles.append(SIMD3(1, a + 1, b + 1))
      triangles.append(SIMD3(a, b, b + 1))
      triangles.append(SIMD3(a, b + 1, a + 1))
    }
    return Mesh(unchecked: positions, triangles: triangles, attributes: VertexAttributes())
  }
}
