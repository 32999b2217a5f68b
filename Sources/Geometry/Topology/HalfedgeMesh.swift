import LinearMath

/// A vertex of a `HalfedgeMesh`.
package struct Vertex: Hashable, Sendable {
  package let index: UInt32
  package init(_ index: UInt32) { self.index = index }
  package init(_ index: Int) { self.index = UInt32(truncatingIfNeeded: index) }
  package var slot: Int { Int(index) }
}

/// A face slot of a `HalfedgeMesh`; faces that were removed keep theirs.
package struct Face: Hashable, Sendable {
  package let index: UInt32
  package init(_ index: UInt32) { self.index = index }
  package init(_ index: Int) { self.index = UInt32(truncatingIfNeeded: index) }
  package var slot: Int { Int(index) }
  /// The half-edge that leaves the face's first corner.
  package var halfedge: Halfedge { Halfedge(index << 2) }
}

/// A directed edge of one face. Half-edge `4 f + c` leaves corner `c` of face `f` for the next corner.
package struct Halfedge: Hashable, Sendable {
  package let index: UInt32
  package init(_ index: UInt32) { self.index = index }

  package static let none = Halfedge(.max)

  package var slot: Int { Int(index) }
  package var exists: Bool { index != .max }
  package var face: Face { Face(index >> 2) }
  package var next: Halfedge { Halfedge(index & 3 == 2 ? index &- 2 : index &+ 1) }
  package var previous: Halfedge { Halfedge(index & 3 == 0 ? index &+ 2 : index &- 1) }
}

/// Triangles that know their neighbours: the kernel that decimation and remeshing work in.
///
///              c
///            /   \            face f = (a b c), counter-clockwise from outside
///      4f+2 /     \ 4f+1      half-edge 4f   runs a -> b, and `next` is arithmetic:
///          /   f   \                    4f+1      b -> c
///         a ------- b                   4f+2      c -> a
///            4f                         4f+3 is no half-edge; it says whether the face is alive
///
/// `twin` is the half-edge that runs the other way along the same edge, or none on a boundary. A vertex
/// names one half-edge that leaves it; on a boundary the one without a twin, so that turning
/// counter-clockwise from there meets all its faces.
///
/// Surfaces that are not manifold are let in cut: edges with other than two agreeing faces become
/// boundaries, a point with several fans becomes as many vertices, and the vertices of such places are
/// `locked`. No operator moves or removes a locked vertex, so `finish` can sew the cuts up again exactly.
///
/// Four slots a face instead of three cost a third more memory; `next` and `previous` then need no division.
package struct HalfedgeMesh: ~Copyable {
  package var positions: [SIMD3<Float>]
  /// The vertex each half-edge leaves, in slots `4 f + c`; slot `4 f + 3` is `alive` or `removed`.
  package var origins: [Vertex]
  package var twins: [Halfedge]
  /// What an edge is besides an edge, the same on both of its half-edges: 0 for nothing. Edges with a mark
  /// are not flipped, and a verb collapses them only along themselves.
  package var marks: [UInt8]
  /// A half-edge that leaves each vertex; none for vertices without faces.
  package var outgoing: [Halfedge]
  /// Vertices that no operator may move or remove.
  package var locked: [Bool]
  /// The point of the input each vertex began as; vertices that came later have `UInt32.max`.
  package var points: [UInt32]
  /// The triangle of the input each face began as.
  package var sources: [UInt32]
  /// What a verb keeps for each corner of a face, in the slots of `origins`; empty where it keeps nothing.
  /// `compact` moves it along; `split` and `flip` do not look after it.
  package var corners: [SIMD8<Float>] = []
  package var liveFaces: Int
  /// Whether any edge has only one face; operators do not change that.
  package var hasBoundary = false
  /// Whether there are seams.
  package var hasSeams = false
  /// Whether there are boundaries or seams.
  var hasLines: Bool { hasBoundary || hasSeams }
  package var liveVertices: Int

  /// The same surface again: the kernel is not copied by accident.
  package func copy() -> HalfedgeMesh {
    HalfedgeMesh(
      positions: positions, origins: origins, twins: twins, marks: marks, outgoing: outgoing,
      locked: locked, points: points, sources: sources, corners: corners, liveFaces: liveFaces,
      hasBoundary: hasBoundary, hasSeams: hasSeams,
      liveVertices: liveVertices)
  }

  package static let alive = Vertex(UInt32(0))
  package static let removed = Vertex(UInt32.max)

  package func isAlive(_ face: Face) -> Bool { origins[face.slot << 2 | 3] == Self.alive }
  package var faceSlots: Int { origins.count >> 2 }

  package func origin(_ halfedge: Halfedge) -> Vertex { origins[halfedge.slot] }
  package func target(_ halfedge: Halfedge) -> Vertex { origins[halfedge.next.slot] }
  package func twin(_ halfedge: Halfedge) -> Halfedge { twins[halfedge.slot] }
  package func position(_ vertex: Vertex) -> SIMD3<Float> { positions[vertex.slot] }

  /// A name that the vertices of a cut which will close again have in common.
  package func name(_ vertex: Vertex) -> UInt32 {
    let isCut = locked[vertex.slot] && points[vertex.slot] != .max
    return isCut ? 0x8000_0000 | points[vertex.slot] : vertex.index
  }

  /// An edge without a face on its other side.
  package func isBoundary(_ halfedge: Halfedge) -> Bool { !twins[halfedge.slot].exists }

  /// A vertex on the rim of the surface, by how `outgoing` is chosen.
  package func isBoundary(_ vertex: Vertex) -> Bool {
    let first = outgoing[vertex.slot]
    return first.exists && !twins[first.slot].exists
  }

  /// The three vertices of a face.
  package func vertices(_ face: Face) -> SIMD3<UInt32> {
    let base = face.slot << 2
    return SIMD3(origins[base].index, origins[base + 1].index, origins[base + 2].index)
  }

  /// Twice the area as a vector along the face's outward normal.
  package func areaNormal(_ face: Face) -> SIMD3<Float> {
    let base = face.slot << 2
    let a = positions[origins[base].slot]
    return (positions[origins[base + 1].slot] - a).cross(positions[origins[base + 2].slot] - a)
  }
}
