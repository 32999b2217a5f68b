import LinearMath
import Scenes
import Settings

/// Turns nodes, meshes and skins into a scene's nodes and shapes.
struct GLTFSceneBuilder {
  let document: GLTFDocument
  private var meshes: GLTFMeshes
  private let accessors: GLTFAccessors
  private(set) var scene: Scene
  private var shapeOfMesh: [Int: Int] = [:]
  private var notes: [String] = []
  /// `jointFromBind` of each skin's joints.
  private var bindMatrices: [[Matrix4]] = []
  /// `worldFromNode` of each of the document's nodes.
  private var world: [Matrix4] = []

  var warnings: [String] { notes + meshes.warnings }

  init(document: GLTFDocument, accessors: GLTFAccessors, scene: Scene, door: MeshDoor) {
    self.document = document
    self.accessors = accessors
    self.scene = scene
    meshes = GLTFMeshes(document: document, accessors: accessors, door: door)
  }

  mutating func build() throws(FormatError) {
    let nodes = document["nodes"]
    for skin in document["skins"] { bindMatrices.append(try bindMatrices(of: skin)) }
    for node in nodes {
      scene.nodes.append(
        Scene.Node(
          name: try node.string("name") ?? "", parentFromNode: try transform(node),
          children: try node.indices("children", into: "nodes", size: nodes.count)))
    }
    world = worldTransforms()
    try chooseRoots()
    let shown = descendants(of: scene.roots).union(scene.roots)
    for index in nodes.indices {
      scene.nodes[index].light = try nodes[index].object("extensions")?
        .object("KHR_lights_punctual")?
        .index("light", into: "lights", size: scene.lights.count)
      guard
        let mesh = try nodes[index].index("mesh", into: "meshes", size: document.size("meshes"))
      else { continue }
      try attach(mesh: mesh, to: index, isShown: shown.contains(index))
      try repeatInstances(of: index)
    }
    // Meshes that no node shows are still read, so that what is wrong with them is said.
    for mesh in document["meshes"].indices where shapeOfMesh[mesh] == nil {
      shapeOfMesh[mesh] = scene.shapes.count
      scene.shapes.append(try meshes.shape(mesh, weights: nil, pose: nil))
    }
  }

  /// The default scene's nodes; without a default, the first scene's; without scenes, none: the file is
  /// then a library of parts and shows nothing.
  private mutating func chooseRoots() throws(FormatError) {
    let scenes = document["scenes"]
    guard !scenes.isEmpty else {
      if document.size("meshes") > 0 { notes.append("there is no scene, so nothing is shown") }
      return
    }
    let chosen = try document.root.index("scene", into: "scenes", size: scenes.count) ?? 0
    let size = document.size("nodes")
    scene.roots = try scenes[chosen].indices("nodes", into: "nodes", size: size)
    // A listed node that another listed one already shows would be there twice.
    let listed = scene.roots
    let below = descendants(of: listed)
    if let bad = listed.first(where: { below.contains($0) }) {
      notes.append("\(scenes[chosen].path): node \(bad) is listed and shown under its parent too")
      scene.roots.removeAll { below.contains($0) }
    }
  }

  /// Every node below these, without themselves unless one is below another.
  private func descendants(of nodes: [Int]) -> Set<Int> {
    var found: Set<Int> = []
    var stack = nodes
    while let node = stack.popLast() {
      for child in scene.nodes[node].children where found.insert(child).inserted {
        stack.append(child)
      }
    }
    return found
  }

  private mutating func attach(mesh: Int, to index: Int, isShown: Bool) throws(FormatError) {
    let node = document["nodes"][index]
    let weights = try meshes.weights(of: node)
    if let skin = try node.index("skin", into: "skins", size: document.size("skins")) {
      // A skinned mesh stands in the world where its joints put it; the node's own place is ignored.
      let pose = try pose(of: skin)
      scene.shapes.append(try meshes.shape(mesh, weights: weights, pose: pose))
      scene.nodes.append(
        Scene.Node(name: scene.nodes[index].name, shape: scene.shapes.count - 1))
      if isShown { scene.roots.append(scene.nodes.count - 1) }
      shapeOfMesh[mesh] = shapeOfMesh[mesh] ?? scene.shapes.count - 1
    } else if weights != nil {
      scene.shapes.append(try meshes.shape(mesh, weights: weights, pose: nil))
      scene.nodes[index].shape = scene.shapes.count - 1
      shapeOfMesh[mesh] = shapeOfMesh[mesh] ?? scene.shapes.count - 1
    } else {
      if shapeOfMesh[mesh] == nil {
        scene.shapes.append(try meshes.shape(mesh, weights: nil, pose: nil))
        shapeOfMesh[mesh] = scene.shapes.count - 1
      }
      scene.nodes[index].shape = shapeOfMesh[mesh]
    }
  }

  /// EXT_mesh_gpu_instancing: the node's shape once for each of its instances, as nodes below it.
  private mutating func repeatInstances(of index: Int) throws(FormatError) {
    let node = document["nodes"][index]
    guard let shape = scene.nodes[index].shape,
      let element = try node.object("extensions")?.object("EXT_mesh_gpu_instancing"),
      let attributes = try element.object("attributes")
    else { return }
    func accessor(_ name: String) throws(FormatError) -> Int? {
      try attributes.index(name, into: "accessors", size: document.size("accessors"))
    }
    let translations = try accessor("TRANSLATION").map(accessors.vectors3)
    let rotations = try accessor("ROTATION").map { index throws(FormatError) in
      try accessors.vectors4(index)
    }
    let scales = try accessor("SCALE").map(accessors.vectors3)
    let counts = Set([translations?.count, rotations?.count, scales?.count].compactMap(\.self))
    guard let count = counts.first else { return }
    guard counts.count == 1 else {
      throw FormatError(
        "unequal-count", "the instances' attributes differ in length", at: attributes.path)
    }
    guard scene.nodes.count + count <= GLTFHierarchy.placeLimit else {
      throw FormatError(
        "too-many-nodes", "instances make \(scene.nodes.count + count) places", at: attributes.path)
    }
    scene.nodes[index].shape = nil
    for instance in 0..<count {
      let turn = SIMD4<Double>(rotations?[instance] ?? [0, 0, 0, 1])
      scene.nodes[index].children.append(scene.nodes.count)
      scene.nodes.append(
        Scene.Node(
          parentFromNode: try finite(
            Matrix4(
              translation: SIMD3<Double>(translations?[instance] ?? .zero),
              rotation: Quaternion(x: turn.x, y: turn.y, z: turn.z, w: turn.w),
              scale: SIMD3<Double>(scales?[instance] ?? [1, 1, 1])), element.path),
          shape: shape))
    }
  }

  private mutating func transform(_ node: GLTFElement) throws(FormatError) -> Matrix4 {
    let translation = try node.numbers("translation", count: 3)
    let rotation = try node.numbers("rotation", count: 4)
    let scale = try node.numbers("scale", count: 3)
    if let matrix = try node.numbers("matrix", count: 16) {
      if translation != nil || rotation != nil || scale != nil {
        notes.append(
          "\(node.path): there is a matrix and a translation, rotation or scale; the matrix is used"
        )
      }
      return Matrix4(columnMajor: matrix)
    }
    let turn = rotation ?? [0, 0, 0, 1]
    return try finite(
      Matrix4(
        translation: SIMD3(translation ?? [0, 0, 0]),
        rotation: Quaternion(x: turn[0], y: turn[1], z: turn[2], w: turn[3]),
        scale: SIMD3(scale ?? [1, 1, 1])), node.path)
  }

  /// Numbers of a file can multiply to what is none, or is larger than a transform may be.
  private func finite(_ matrix: Matrix4, _ place: String) throws(FormatError) -> Matrix4 {
    guard matrix.columnMajor.allSatisfy({ abs($0) < GLTFElement.numberLimit }) else {
      throw FormatError(
        "non-finite-transform", "a transform goes past what numbers can hold", at: place)
    }
    return matrix
  }

  /// `worldFromJoint * jointFromBind` for each joint, with the nodes where the file has them.
  private func pose(of skin: Int) throws(FormatError) -> GLTFMeshes.Pose {
    let joints = try document["skins"][skin].indices(
      "joints", into: "nodes", size: document.size("nodes"))
    return zip(joints, bindMatrices[skin]).map { world[$0] * $1 }
  }

  /// `jointFromBind` for each joint of a skin.
  private func bindMatrices(of skin: GLTFElement) throws(FormatError) -> [Matrix4] {
    let count = try skin.list("joints").count
    var jointFromBind = [Matrix4](repeating: .identity, count: count)
    if let index = try skin.index(
      "inverseBindMatrices", into: "accessors", size: document.size("accessors"))
    {
      let (values, layout) = try accessors.floats(index)
      guard layout.type == "MAT4", layout.isFloat, layout.count >= count else {
        throw FormatError(
          "bad-type", "inverse bind matrices must be \(count) MAT4 of floats",
          at: layout.path)
      }
      for joint in 0..<count {
        let numbers = values[16 * joint..<16 * joint + 16].map { Double($0) }
        jointFromBind[joint] = Matrix4(columnMajor: numbers)
      }
    }
    return jointFromBind
  }

  private func worldTransforms() -> [Matrix4] {
    var world = scene.nodes.map(\.parentFromNode)
    let children = Set(scene.nodes.flatMap(\.children))
    var stack = scene.nodes.indices.filter { !children.contains($0) }
    while let node = stack.popLast() {
      for child in scene.nodes[node].children {
        world[child] = world[node] * scene.nodes[child].parentFromNode
        stack.append(child)
      }
    }
    return world
  }
}
