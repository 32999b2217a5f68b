import LinearMath
import Testing
import Work

import Geometry

/// Shapes whose kernels the operators are tried on: closed, with a handle, and open.
private let shapes: [(name: String, mesh: Mesh)] = [
  ("box", .box()),
  ("sphere", .icosphere(levels: 2)),
  ("torus", .torus(radius: 1, tube: 0.4, segments: 16, sides: 8)),
  ("open", openGrid),
]

/// A grid of 6 x 6 squares with a hole.
private let openGrid: Mesh = {
  var triangles: [SIMD3<UInt32>] = []
  for y in 0..<6 {
    for x in 0..<6 where !(x == 2 && y == 3) {
      let a = UInt32(7 * y + x)
      triangles += [SIMD3(a, a + 1, a + 8), SIMD3(a, a + 8, a + 7)]
    }
  }
  let positions = (0..<49).map { SIMD3<Float>(Float($0 % 7), Float($0 / 7), 0) }
  return try! Mesh(positions: positions, triangles: triangles)
}()

@Suite struct HalfedgeMeshTests {
  private static func kernel(_ mesh: Mesh) -> HalfedgeMesh {
    HalfedgeMesh(mesh, weld: Weld(mesh.positions))
  }

  private static func euler(_ mesh: borrowing HalfedgeMesh) -> Int {
    var edges = 0
    for slot in mesh.origins.indices where slot & 3 != 3 && mesh.isAlive(Face(slot >> 2)) {
      if mesh.twins[slot].index > UInt32(slot) { edges += 1 }
    }
    return mesh.liveVertices - edges + mesh.liveFaces
  }

  @Test(arguments: shapes.map(\.name))
  func operatorsKeepInvariantsAndEulerNumber(name: String) {
    let input = shapes.first { $0.name == name }!.mesh
    var mesh = Self.kernel(input)
    #expect(mesh.brokenInvariant() == nil)
    let euler = Self.euler(mesh)
    var random = SeededGenerator(seed: 7)
    var done = [0, 0, 0]
    for _ in 0..<400 {
      let face = Face(Int(random.next() % UInt64(mesh.faceSlots)))
      guard mesh.isAlive(face) else { continue }
      let halfedge = Halfedge(face.halfedge.index + UInt32(random.next() % 3))
      switch random.next() % 3 {
      case 0 where mesh.isFlipLegal(halfedge):
        mesh.flip(halfedge)
        done[0] += 1
      case 1 where mesh.isCollapseLegal(halfedge):
        mesh.collapse(halfedge)
        done[1] += 1
      case 2:
        let middle = (mesh.position(mesh.origin(halfedge)) + mesh.position(mesh.target(halfedge)))
        _ = mesh.split(halfedge, at: middle * 0.5)
        done[2] += 1
      default: continue
      }
      let broken = mesh.brokenInvariant()
      #expect(broken == nil)
      #expect(Self.euler(mesh) == euler)
      if broken != nil { return }
    }
    #expect(done.allSatisfy { $0 > 10 }, "\(done)")
    mesh.compact()
    #expect(mesh.brokenInvariant() == nil)
    #expect(mesh.faceSlots == mesh.liveFaces)
  }

  @Test func neighboursAreThoseThatATurnMeets() {
    let mesh = Self.kernel(openGrid)
    for a in mesh.positions.indices {
      var around: Set<Vertex> = []
      mesh.forEachNeighbour(Vertex(a)) { around.insert($0) }
      for b in mesh.positions.indices where a != b {
        let areNeighbours = mesh.areNeighbours(Vertex(a), Vertex(b))
        #expect(areNeighbours == around.contains(Vertex(b)))
      }
      var faces = 0
      mesh.forEachOutgoing(Vertex(a)) { _ in faces += 1 }
      let isMore = mesh.hasMoreFaces(than: faces - 1, at: Vertex(a))
      let isStillMore = mesh.hasMoreFaces(than: faces, at: Vertex(a))
      #expect(isMore && !isStillMore)
    }
  }

  /// A book of two hundred thousand pages: all have one edge.
  @Test func aBookOfManyPagesTakesNoLonger() throws {
    let pages = 200_000
    var positions: [SIMD3<Float>] = [[0, 0, 0], [0, 0, 1]]
    var triangles: [SIMD3<UInt32>] = []
    for page in 0..<pages {
      let height = Float(page) / 1e6
      positions.append(page.isMultiple(of: 2) ? [1, height, 0] : [-1, height, 0])
      triangles.append([0, 1, UInt32(page) + 2])
    }
    let mesh = try Mesh(positions: positions, triangles: triangles)
    #expect(mesh.boundaryLoops().count > 0)
  }
}
