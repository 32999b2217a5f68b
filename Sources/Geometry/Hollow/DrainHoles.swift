import Glibc
import LinearMath

/// Places for holes through the bottom of a cavity, and cylinders to make them.
struct DrainHoles {
  let radius: Float
  /// Which way is up in print, of length one.
  let up: SIMD3<Float>

  /// The lowest points of a cavity, each at least two diameters from the others.
  func places(in cavity: Mesh, count: Int) -> [SIMD3<Float>] {
    let sorted = cavity.positions.indices.sorted {
      let (a, b) = (cavity.positions[$0].dot(up), cavity.positions[$1].dot(up))
      return a != b ? a < b : $0 < $1
    }
    var found: [SIMD3<Float>] = []
    for vertex in sorted where found.count < count {
      let place = cavity.positions[vertex]
      if found.allSatisfy({ ($0 - place).length > 4 * radius }) { found.append(place) }
    }
    return found
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
