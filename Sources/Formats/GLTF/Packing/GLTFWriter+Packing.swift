import Geometry
import LinearMath
import Scenes
import Settings

extension GLTFWriter {
  /// What stands in for the bytes of compressed views.
  var standIn: JSONValue {
    [
      "byteLength": .integer(unpackedBytes),
      "extensions": ["EXT_meshopt_compression": ["fallback": true]],
    ]
  }

  /// A part's attributes and indices as the plan has them; extensions of the primitive go to `more`.
  mutating func packed(
    _ part: Scene.Shape.Part, ofShape shape: Int, _ plan: PackingPlan, _ more: inout Members
  ) -> Members {
    let mesh = part.mesh
    switch plan.packing.compression {
    case .none:
      let streams = MeshoptEncoder.ordered(VertexStreams(exact: mesh))
      return members(of: streams, mesh.bounds) { writer, stream in
        writer.plainView(stream.bytes, target: 34_962)
      } indices: { writer, bytes, _ in
        writer.plainView(bytes, target: 34_963)
      }
    case .meshopt:
      let grid = plan.grid(ofShape: shape)
      let quantized = VertexStreams(quantized: mesh, grid, plan.coordinates(of: part))
      let streams = MeshoptEncoder.ordered(quantized)
      require("KHR_mesh_quantization")
      require("EXT_meshopt_compression")
      if !mesh.attributes.uvs.isEmpty { require("KHR_texture_transform") }
      return members(of: streams, grid?.cells(of: mesh.bounds) ?? mesh.bounds) { writer, stream in
        let bits = plan.packing.normalBits
        let bytes =
          stream.directions.isEmpty
          ? stream.bytes : MeshoptEncoder.octahedral(stream.directions, bits: bits)
        return writer.compressedView(
          MeshoptEncoder.vertices(bytes, count: streams.count, stride: stream.stride),
          count: streams.count, stride: stream.stride, mode: "ATTRIBUTES", target: 34_962,
          filter: stream.directions.isEmpty ? nil : "OCTAHEDRAL")
      } indices: { writer, bytes, size in
        writer.compressedView(
          MeshoptEncoder.triangles(streams.indices, vertexCount: streams.count),
          count: streams.indices.count, stride: size, mode: "TRIANGLES", target: 34_963)
      }
    case .draco:
      let grid = plan.grid(ofShape: shape)
      let streams = MeshoptEncoder.ordered(VertexStreams(exact: mesh, grid))
      let bounds = grid?.cells(of: mesh.bounds) ?? mesh.bounds
      guard let encoded = DracoEncoder(streams, isOnGrid: grid != nil, plan.packing) else {
        return members(of: streams, bounds) { writer, stream in
          writer.plainView(stream.bytes, target: 34_962)
        } indices: { writer, bytes, _ in
          writer.plainView(bytes, target: 34_963)
        }
      }
      require("KHR_draco_mesh_compression")
      let numbers = encoded.numbers.map { (key: $0.name, value: JSONValue.integer($0.number)) }
      let view = plainView(encoded.bytes, target: nil)
      more.append(
        ("KHR_draco_mesh_compression", ["bufferView": view, "attributes": .object(numbers)]))
      let attributes = streams.streams.map { stream in
        (
          key: stream.name,
          value: accessor(
            nil, stream, count: encoded.points, stream.name == "POSITION" ? bounds : nil,
            filledBy: view)
        )
      }
      let indices = add(
        accessor: [
          ("componentType", .integer(encoded.points < 65_535 ? 5123 : 5125)),
          ("count", .integer(3 * encoded.triangles)), ("type", "SCALAR"),
        ], filledBy: view)
      return [("attributes", .object(attributes)), ("indices", indices)]
    }
  }

  private mutating func members(
    of mesh: VertexStreams, _ bounds: Box,
    _ stream: (inout GLTFWriter, VertexStreams.Stream) -> JSONValue,
    indices: (inout GLTFWriter, _ bytes: [UInt8], _ size: Int) -> JSONValue
  ) -> Members {
    let attributes: Members = mesh.streams.map { found in
      let view = stream(&self, found)
      let box = found.name == "POSITION" ? bounds : nil
      return (found.name, accessor(view, found, count: mesh.count, box))
    }
    let size = mesh.count < 65_535 ? 2 : 4
    let bytes = mesh.indices.flatMap { index in
      (0..<size).map { UInt8(truncatingIfNeeded: index >> UInt32(8 * $0)) }
    }
    let view = indices(&self, bytes, size)
    let triangles = add(accessor: [
      ("bufferView", view), ("componentType", .integer(size == 2 ? 5123 : 5125)),
      ("count", .integer(mesh.indices.count)), ("type", "SCALAR"),
    ])
    return [("attributes", .object(attributes)), ("indices", triangles)]
  }

  private mutating func accessor(
    _ view: JSONValue?, _ stream: VertexStreams.Stream, count: Int, _ bounds: Box?,
    filledBy source: JSONValue? = nil
  ) -> JSONValue {
    var members: Members = view.map { [("bufferView", $0)] } ?? []
    members += [
      ("componentType", .integer(stream.componentType)), ("count", .integer(count)),
      ("type", .string(stream.type)),
    ]
    if stream.isNormalized { members.append(("normalized", true)) }
    if let bounds, !bounds.isEmpty {
      members.append(("min", numbers([bounds.minimum.x, bounds.minimum.y, bounds.minimum.z])))
      members.append(("max", numbers([bounds.maximum.x, bounds.maximum.y, bounds.maximum.z])))
    }
    return add(accessor: members, filledBy: source)
  }

  private mutating func plainView(_ bytes: [UInt8], target: Int?) -> JSONValue {
    view(ofContent: bytes, "\(target ?? 0)") { $0.view(bytes, target: target) }
  }

  private mutating func compressedView(
    _ bytes: [UInt8], count: Int, stride: Int, mode: String, target: Int, filter: String? = nil
  ) -> JSONValue {
    view(ofContent: bytes, "\(count) \(stride) \(mode) \(filter ?? "")") { writer in
      writer.newCompressedView(
        bytes, count: count, stride: stride, mode: mode, target: target, filter: filter)
    }
  }

  private mutating func newCompressedView(
    _ bytes: [UInt8], count: Int, stride: Int, mode: String, target: Int, filter: String?
  ) -> JSONValue {
    var meshopt: Members = [
      ("buffer", 0), ("byteOffset", .integer(store(bytes))), ("byteLength", .integer(bytes.count)),
      ("byteStride", .integer(stride)), ("mode", .string(mode)), ("count", .integer(count)),
    ]
    if let filter { meshopt.append(("filter", .string(filter))) }
    var members: Members = [
      ("buffer", 1), ("byteOffset", .integer(unpackedBytes)),
      ("byteLength", .integer(count * stride)),
    ]
    if target == 34_962 { members.append(("byteStride", .integer(stride))) }
    members += [
      ("target", .integer(target)),
      ("extensions", ["EXT_meshopt_compression": .object(meshopt)]),
    ]
    unpackedBytes += (count * stride + 3) / 4 * 4
    return add(view: members)
  }
}
