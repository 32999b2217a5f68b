import Geometry
import LinearMath
import Work

/// A field over the points of a lattice, positive within the object; exact near its zero, elsewhere only its sign is.
struct DistanceGrid: Sendable {
  let lattice: Lattice
  private(set) var values: [Float]

  /// Blocks of so many points a side are evaluated or left out whole.
  private static let block = 8

  /// - Parameters:
  ///   - constant: what the field may be taken for within a ball, where its zero is not near; nil otherwise.
  ///   - field: its values at eight points that differ in x only.
  init(
    _ lattice: Lattice, _ work: WorkContext,
    constant: @Sendable (_ center: SIMD3<Float>, _ radius: Float) -> Float?,
    field: @Sendable (_ x: SIMD8<Float>, _ y: Float, _ z: Float) -> SIMD8<Float>
  ) throws {
    self.lattice = lattice
    let counts = lattice.counts
    let spacing = Float(lattice.spacing)
    let first = SIMD3<Float>(lattice.place(0, 0, 0))
    let layer = counts.x * counts.y
    let size = Self.block
    let radius = 0.87 * Float(size) * spacing
    values = [Float](repeating: 0, count: lattice.pointCount)
    let lanes = SIMD8<Float>(0, 1, 2, 3, 4, 5, 6, 7) * spacing
    try parallelFill(&values, chunk: layer * size, work) { offset, slab in
      let z0 = offset / layer
      let depth = min(size, counts.z - z0)
      for y0 in stride(from: 0, to: counts.y, by: size) {
        for x0 in stride(from: 0, to: counts.x, by: size) {
          let middle = first + SIMD3<Float>(SIMD3(x0, y0, z0) &+ size / 2) * spacing
          let central = constant(middle, radius)
          let x = lanes + (first.x + Float(x0) * spacing)
          for z in 0..<depth {
            for y in y0..<min(y0 + size, counts.y) {
              let row =
                central.map { SIMD8(repeating: $0) }
                ?? field(x, first.y + Float(y) * spacing, first.z + Float(z0 + z) * spacing)
              let start = z * layer + y * counts.x
              for lane in 0..<min(size, counts.x - x0) { slab[start + x0 + lane] = row[lane] }
            }
          }
        }
      }
    }
  }

  /// - Parameter values: as many as the lattice has points, x running fastest.
  init(_ lattice: Lattice, values: [Float]) { (self.lattice, self.values) = (lattice, values) }

  /// The closed surface where the field is zero.
  func surface(_ work: WorkContext) throws -> Mesh {
    let values = values
    let lattice = lattice
    var inside = values.map { $0 > 0 }
    // Nothing touches the border, so that the surface closes.
    let counts = lattice.counts
    for z in 0..<counts.z {
      for y in 0..<counts.y {
        if z == 0 || y == 0 || z == counts.z - 1 || y == counts.y - 1 {
          for x in 0..<counts.x { inside[lattice.index(x, y, z)] = false }
        }
        inside[lattice.index(0, y, z)] = false
        inside[lattice.index(counts.x - 1, y, z)] = false
      }
    }
    let surface = try TetrahedralSurface(lattice, isInside: inside, work) { within, without in
      let a = values[lattice.index(within.x, within.y, within.z)]
      let b = values[lattice.index(without.x, without.y, without.z)]
      return b < 0 ? Double(a / (a - b)) : 0.5
    }
    return try Mesh(positions: surface.positions, triangles: surface.triangles)
  }
}
