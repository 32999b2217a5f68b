import Work

/// An input that was read but is not what the verb needs.
struct InputError: ExplainedError, Equatable {
  let code: String
  let message: String
  let place: String
  var kind: FailureKind { .unreadableInput }

  init(_ code: String, _ message: String, _ place: String) {
    (self.code, self.message, self.place) = (code, message, place)
  }
}
