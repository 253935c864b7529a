;; The scan kernel: reads every instruction of a module once and writes down what can transfer control.
;;
;; In: the function bodies, copied into the memory by scan.py, and tables that it makes from opcodes.py.
;; Out: the flow graph, nodes in program order, function after function. Each part of a node has an array of its own,
;; for most of the search needs only the first, of one byte, and the second, of 4 bytes like the next ones:
;;
;;   kind    0 BR      goes to `target`
;;           1 BR_IF   goes to `target` or to the next node
;;           2 CALL    calls function or dispatch `target`; goes on at the next node, or with an exception at `extra`
;;           3 GROW    grows memory `target`; `extra` links to the next GROW; a NOTE follows
;;           4 TRAP    goes nowhere
;;           5 NOTE    the operand of the GROW before it: its 64 bits in `target` and `extra`, known if `at` is 1
;;           6 INIT    table.init: segment `target`, table `extra`; `at` links to the next INIT or COPY
;;           7 COPY    table.copy: to table `target`, from table `extra`; `at` links likewise
;;           8 INDEX   the constant index of the call_indirect before it in `extra`, its table in `target`; `at` links
;;   target  a node index, or -1: the function's normal exit, -2: its exceptional exit
;;   extra   of a CALL, 0 stands for the exceptional exit
;;   at      the instruction's address in this memory
;;
;; Node 0 is no node: links end with 0. A straight run of other instructions makes no node.
;; The CALL nodes are listed once more, 4 bytes each.
;; Any error stops the kernel with a trap, after `error` and `error_at` are set. Nothing is guessed.
;; The memory is never grown: its maximum is its minimum, and what does not fit is an error.
(module
  (import "nogrow" "memory" (memory 1))

  ;; Addresses and numbers that scan.py gives.
  (global $fast (mut i32) (i32.const 0))          ;; by opcode, 16 bytes: mask (8), length (4), shape (4)
  (global $descriptors (mut i32) (i32.const 0))   ;; by opcode, 8 bytes: action, then kinds of immediates
  (global $bounds (mut i32) (i32.const 0))        ;; by kind of immediate: how many indices there are
  (global $canonical (mut i32) (i32.const 0))     ;; by type index: canonical type index
  (global $rows (mut i32) (i32.const 0))          ;; by table: where its row of the dispatch map starts
  (global $reference_row (mut i32) (i32.const 0)) ;; the row for call_ref
  (global $dispatch_map (mut i32) (i32.const 0))  ;; by row and canonical type: graph vertex, 0 if not used yet
  (global $dispatch_keys (mut i32) (i32.const 0)) ;; by dispatch: its place in the map
  (global $first_dispatch (mut i32) (i32.const 0))
  (global $taken (mut i32) (i32.const 0))         ;; by function: 1 when its reference is taken
  (global $table_flags (mut i32) (i32.const 0))   ;; by table: 1 written by set, fill or grow; 2 read by get
  (global $starts (mut i32) (i32.const 0))        ;; by defined function: its first node
  (global $kinds (mut i32) (i32.const 0))         ;; by node, as above
  (global $targets (mut i32) (i32.const 0))
  (global $extras (mut i32) (i32.const 0))
  (global $places (mut i32) (i32.const 0))        ;; what is called `at` above
  (global $room (mut i32) (i32.const 0))          ;; how many nodes there can be
  (global $calls_end (mut i32) (i32.const 0))     ;; where the list of the CALL nodes has no more room
  (global $top (mut i32) (i32.const 0))           ;; the control frames stand between here ...
  (global $bottom (mut i32) (i32.const 0))        ;; ... and here, where they start; they grow downwards

  ;; What the scan leaves.
  (global $node_count (export "node_count") (mut i32) (i32.const 1))
  (global $handlers (export "handlers") (mut i32) (i32.const 0)) ;; 1 if any call has a handler around it
  (global $last_call (export "last_call") (mut i32) (i32.const 0)) ;; where the list of CALL nodes ends
  (global $dispatch_count (export "dispatch_count") (mut i32) (i32.const 0))
  (global $grows (export "grows") (mut i32) (i32.const 0))
  (global $table_moves (export "table_moves") (mut i32) (i32.const 0))
  (global $indexes (export "indexes") (mut i32) (i32.const 0))
  (global $direct_calls (export "direct_calls") (mut i32) (i32.const 0))
  (global $indirect_calls (export "indirect_calls") (mut i32) (i32.const 0))
  (global $converts_extern (export "converts_extern") (mut i32) (i32.const 0))
  (global $switches_stacks (export "switches_stacks") (mut i32) (i32.const 0))
  (global $error (export "error") (mut i32) (i32.const 0))
  (global $error_at (export "error_at") (mut i32) (i32.const 0))
  (global $error_value (export "error_value") (mut i32) (i32.const 0))

  ;; Control frames, 16 bytes, one for each open block; the innermost is at $frame.
  ;;   +0 kind     0 BLOCK, also else and catch_all; 1 LOOP; 2 IF; 3 TRY; 4 CATCH; 5 FUNCTION
  ;;   +4 label    LOOP: its first node; else the last node that goes to the block's end, linked through `target`
  ;;   +8 pending  IF: the BR_IF to the else part; TRY and CATCH: the node to which the next handler is added
  ;;   +12 handler where an exception goes that is thrown directly inside
  (global $frame (mut i32) (i32.const 0))

  (func (export "configure")
    (param i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32)
    (global.set $fast (local.get 0))
    (global.set $descriptors (local.get 1))
    (global.set $bounds (local.get 2))
    (global.set $canonical (local.get 3))
    (global.set $rows (local.get 4))
    (global.set $reference_row (local.get 5))
    (global.set $dispatch_map (local.get 6))
    (global.set $dispatch_keys (local.get 7))
    (global.set $first_dispatch (local.get 8))
    (global.set $taken (local.get 9))
    (global.set $table_flags (local.get 10))
    (global.set $starts (local.get 11))
    (global.set $kinds (local.get 12))
    (global.set $targets (local.get 13))
    (global.set $extras (local.get 14))
    (global.set $places (local.get 15))
    (global.set $room (local.get 16))
    (global.set $last_call (local.get 17))
    (global.set $calls_end (local.get 18))
    (global.set $top (local.get 19))
    (global.set $bottom (local.get 20)))

  ;; Error codes are those of scan.py.
  (func $fail (param $code i32) (param $at i32) (param $value i32)
    (global.set $error (local.get $code))
    (global.set $error_at (local.get $at))
    (global.set $error_value (local.get $value))
    unreachable)

  ;; ---- integers (specification 5.2.2): value and the position after it

  (func $u32 (param $p i32) (result i32 i32)
    (local $byte i32) (local $value i32) (local $shift i32) (local $start i32)
    (local.set $start (local.get $p))
    (loop $more
      (local.set $byte (i32.load8_u (local.get $p)))
      (local.set $p (i32.add (local.get $p) (i32.const 1)))
      (local.set $value
        (i32.or (local.get $value)
          (i32.shl (i32.and (local.get $byte) (i32.const 0x7f)) (local.get $shift))))
      (if (i32.and (i32.eq (local.get $shift) (i32.const 28)) (i32.gt_u (local.get $byte) (i32.const 0x0f)))
        (then (call $fail (i32.const 3) (local.get $start) (i32.const 32))))
      (local.set $shift (i32.add (local.get $shift) (i32.const 7)))
      (br_if $more (i32.ge_u (local.get $byte) (i32.const 0x80))))
    (local.get $value)
    (local.get $p))

  ;; Of at most $bytes bytes, the last of which holds $bits bits with the sign.
  (func $signed (param $p i32) (param $bytes i32) (param $bits i32) (result i64 i32)
    (local $byte i32) (local $value i64) (local $shift i64) (local $start i32) (local $high i32)
    (local.set $start (local.get $p))
    (loop $more
      (local.set $byte (i32.load8_u (local.get $p)))
      (local.set $p (i32.add (local.get $p) (i32.const 1)))
      (local.set $value
        (i64.or (local.get $value)
          (i64.shl (i64.extend_i32_u (i32.and (local.get $byte) (i32.const 0x7f))) (local.get $shift))))
      (local.set $shift (i64.add (local.get $shift) (i64.const 7)))
      (local.set $bytes (i32.sub (local.get $bytes) (i32.const 1)))
      (if (i32.eqz (local.get $bytes))
        (then
          ;; The bits above the value must repeat its sign, and no byte may follow.
          (local.set $high (i32.shr_u (local.get $byte) (i32.sub (local.get $bits) (i32.const 1))))
          (if (i32.and
                (i32.ne (local.get $high) (i32.const 0))
                (i32.ne (local.get $high)
                  (i32.shr_u (i32.const 0x7f) (i32.sub (local.get $bits) (i32.const 1)))))
            (then (call $fail (i32.const 3) (local.get $start) (i32.const 64))))))
      (br_if $more (i32.ge_u (local.get $byte) (i32.const 0x80))))
    (if (i32.and (i64.lt_u (local.get $shift) (i64.const 64))
                 (i32.ne (i32.and (local.get $byte) (i32.const 0x40)) (i32.const 0)))
      (then
        (local.set $value
          (i64.or (local.get $value) (i64.shl (i64.const -1) (local.get $shift))))))
    (local.get $value)
    (local.get $p))

  ;; ---- types (specification 5.3): the position after it

  (func $is_abstract (param $byte i32) (result i32)
    (i32.le_u (i32.sub (local.get $byte) (i32.const 0x68)) (i32.const 0x0d)))

  (func $heap_type (param $p i32) (result i32)
    (local $byte i32) (local $value i64) (local $start i32)
    (local.set $start (local.get $p))
    (local.set $byte (i32.load8_u (local.get $p)))
    (if (i32.eq (local.get $byte) (i32.const 0x65 (; shared ;)))
      (then
        (local.set $p (i32.add (local.get $p) (i32.const 1)))
        (local.set $byte (i32.load8_u (local.get $p)))
        (if (i32.eqz (call $is_abstract (local.get $byte)))
          (then (call $fail (i32.const 4) (local.get $start) (local.get $byte))))))
    (if (call $is_abstract (local.get $byte))
      (then (return (i32.add (local.get $p) (i32.const 1)))))
    (call $signed (local.get $p) (i32.const 5) (i32.const 5))
    (local.set $p)
    (local.set $value)
    (if (i32.or
          (i64.lt_s (local.get $value) (i64.const 0))
          (i64.ge_s (local.get $value)
            (i64.extend_i32_u (i32.load offset=56 (global.get $bounds) (; 4 * TYPE ;)))))
      (then (call $fail (i32.const 4) (local.get $start) (local.get $byte))))
    (local.get $p))

  (func $value_type (param $p i32) (result i32)
    (local $byte i32)
    (local.set $byte (i32.load8_u (local.get $p)))
    (if (i32.or
          (i32.le_u (i32.sub (local.get $byte) (i32.const 0x7b)) (i32.const 4))
          (call $is_abstract (local.get $byte)))
      (then (return (i32.add (local.get $p) (i32.const 1)))))
    (if (i32.le_u (i32.sub (local.get $byte) (i32.const 0x63)) (i32.const 1))
      (then (return (call $heap_type (i32.add (local.get $p) (i32.const 1))))))
    (if (i32.ne (local.get $byte) (i32.const 0x65))
      (then (call $fail (i32.const 4) (local.get $p) (local.get $byte))))
    (call $heap_type (local.get $p)))

  (func $block_type (param $p i32) (result i32)
    (local $byte i32)
    (local.set $byte (i32.load8_u (local.get $p)))
    (if (i32.eq (local.get $byte) (i32.const 0x40))
      (then (return (i32.add (local.get $p) (i32.const 1)))))
    (if (i32.eq (i32.and (local.get $byte) (i32.const 0xc0)) (i32.const 0x40))
      (then (return (call $value_type (local.get $p)))))
    ;; Not a single byte below zero: a type index, which has the form of a heap type.
    (call $heap_type (local.get $p)))

  ;; Alignment, memory index if bit 6 says so, offset (specification 5.4.7).
  (func $memarg (param $p i32) (result i32)
    (local $flags i32) (local $start i32) (local $byte i32) (local $left i32)
    (local.set $start (local.get $p))
    (call $u32 (local.get $p))
    (local.set $p)
    (local.set $flags)
    (if (i32.ge_u (i32.and (local.get $flags) (i32.const -65)) (i32.const 32))
      (then (call $fail (i32.const 5) (local.get $start) (local.get $flags))))
    (if (i32.and (local.get $flags) (i32.const 64))
      (then (local.set $p (call $index (local.get $p) (i32.const 16 (; MEMORY ;)))) (drop)))
    (local.set $left (i32.const 10))
    (loop $more
      (local.set $byte (i32.load8_u (local.get $p)))
      (local.set $p (i32.add (local.get $p) (i32.const 1)))
      (local.set $left (i32.sub (local.get $left) (i32.const 1)))
      (if (i32.and (i32.eqz (local.get $left)) (i32.gt_u (local.get $byte) (i32.const 1)))
        (then (call $fail (i32.const 3) (local.get $start) (i32.const 64))))
      (br_if $more (i32.ge_u (local.get $byte) (i32.const 0x80))))
    (local.get $p))

  ;; A byte of at most $most.
  (func $flags (param $p i32) (param $most i32) (result i32)
    (if (i32.gt_u (i32.load8_u (local.get $p)) (local.get $most))
      (then (call $fail (i32.const 5) (local.get $p) (i32.load8_u (local.get $p)))))
    (i32.add (local.get $p) (i32.const 1)))

  ;; An index that must be below the bound of its $kind.
  (func $index (param $p i32) (param $kind i32) (result i32 i32)
    (local $value i32) (local $start i32)
    (local.set $start (local.get $p))
    (call $u32 (local.get $p))
    (local.set $p)
    (local.set $value)
    (if (i32.ge_u (local.get $value)
          (i32.load (i32.add (global.get $bounds) (i32.shl (local.get $kind) (i32.const 2)))))
      (then (call $fail (i32.const 6) (local.get $start) (local.get $value))))
    (local.get $value)
    (local.get $p))

  ;; ---- the flow graph

  (func $emit (param $kind i32) (param $target i32) (param $extra i32) (param $at i32) (result i32)
    (local $node i32) (local $offset i32)
    (local.set $node (global.get $node_count))
    (local.set $offset (i32.shl (local.get $node) (i32.const 2)))
    (if (i32.ge_u (local.get $node) (global.get $room))
      (then (call $fail (i32.const 7) (local.get $at) (i32.const 0))))
    (i32.store8 (i32.add (global.get $kinds) (local.get $node)) (local.get $kind))
    (i32.store (i32.add (global.get $targets) (local.get $offset)) (local.get $target))
    (i32.store (i32.add (global.get $places) (local.get $offset)) (local.get $at))
    (if (local.get $extra)
      (then (i32.store (i32.add (global.get $extras) (local.get $offset)) (local.get $extra))))
    (global.set $node_count (i32.add (local.get $node) (i32.const 1)))
    (local.get $node))

  ;; A CALL of $callee; an exception out of it goes to $handler.
  (func $emit_call (param $callee i32) (param $handler i32) (param $at i32)
    (local $last i32)
    (local.set $last (global.get $last_call))
    (if (i32.ge_u (local.get $last) (global.get $calls_end))
      (then (call $fail (i32.const 7) (local.get $at) (i32.const 0))))
    (i32.store (local.get $last) (global.get $node_count))
    (global.set $last_call (i32.add (local.get $last) (i32.const 4)))
    (if (i32.eq (local.get $handler) (i32.const -2))
      (then (local.set $handler (i32.const 0)))
      (else (global.set $handlers (i32.const 1))))
    (drop (call $emit (i32.const 2 (; CALL ;)) (local.get $callee) (local.get $handler) (local.get $at))))

  (func $target_of (param $node i32) (result i32)
    (i32.add (global.get $targets) (i32.shl (local.get $node) (i32.const 2))))

  (func $set_target (param $node i32) (param $target i32)
    (i32.store (call $target_of (local.get $node)) (local.get $target)))

  ;; Lets every node of the list that ends in $node go to the next node made.
  (func $land (param $node i32)
    (local $address i32)
    (loop $more
      (if (local.get $node)
        (then
          (local.set $address (call $target_of (local.get $node)))
          (local.set $node (i32.load (local.get $address)))
          (i32.store (local.get $address) (global.get $node_count))
          (br $more)))))

  (func $push (param $kind i32) (param $label i32) (param $pending i32) (param $handler i32)
    (local $frame i32)
    (local.set $frame (i32.sub (global.get $frame) (i32.const 16)))
    (if (i32.lt_u (local.get $frame) (global.get $top))
      (then (call $fail (i32.const 7) (i32.const 0) (i32.const 0))))
    (i32.store (local.get $frame) (local.get $kind))
    (i32.store offset=4 (local.get $frame) (local.get $label))
    (i32.store offset=8 (local.get $frame) (local.get $pending))
    (i32.store offset=12 (local.get $frame) (local.get $handler))
    (global.set $frame (local.get $frame)))

  (func $labelled (param $label i32) (param $at i32) (result i32)
    (if (i32.ge_u (local.get $label)
          (i32.shr_u (i32.sub (global.get $bottom) (global.get $frame)) (i32.const 4)))
      (then (call $fail (i32.const 8) (local.get $at) (local.get $label))))
    (i32.add (global.get $frame) (i32.shl (local.get $label) (i32.const 4))))

  ;; A BR or BR_IF ($kind) to $label.
  (func $branch (param $kind i32) (param $label i32) (param $at i32)
    (local $frame i32) (local $node i32)
    (local.set $frame (call $labelled (local.get $label) (local.get $at)))
    (local.set $node
      (call $emit (local.get $kind) (i32.load offset=4 (local.get $frame)) (i32.const 0) (local.get $at)))
    (if (i32.ne (i32.load (local.get $frame)) (i32.const 1 (; LOOP ;)))
      (then (i32.store offset=4 (local.get $frame) (local.get $node)))))

  (func $handler (result i32)
    (i32.load offset=12 (global.get $frame)))

  (func $outer_handler (result i32)
    (i32.load offset=28 (global.get $frame)))

  (func $call_node (param $callee i32) (param $at i32) (param $tail i32)
    ;; A tail call leaves its frame first: no handler of the frame catches what it throws.
    (call $emit_call (local.get $callee) (select (i32.const -2) (call $handler) (local.get $tail)) (local.get $at))
    (if (local.get $tail)
      (then (drop (call $emit (i32.const 0) (i32.const -1) (i32.const 0) (local.get $at))))))

  (func $dispatch (param $row i32) (param $type i32) (result i32)
    (call $vertex_at
      (i32.add (local.get $row)
        (i32.load (i32.add (global.get $canonical) (i32.shl (local.get $type) (i32.const 2)))))))

  ;; The dispatch to every function whose reference is taken: the place after the last row of the map.
  (func $any_function (result i32)
    (call $vertex_at
      (i32.add (global.get $reference_row) (i32.load offset=56 (global.get $bounds) (; 4 * TYPE ;)))))

  ;; The vertex at a place of the dispatch map; the first time, a new one.
  (func $vertex_at (param $place i32) (result i32)
    (local $address i32) (local $vertex i32)
    (local.set $address (i32.add (global.get $dispatch_map) (i32.shl (local.get $place) (i32.const 2))))
    (local.set $vertex (i32.load (local.get $address)))
    (if (i32.eqz (local.get $vertex))
      (then
        (local.set $vertex (i32.add (global.get $first_dispatch) (global.get $dispatch_count)))
        (i32.store (local.get $address) (local.get $vertex))
        (i32.store
          (i32.add (global.get $dispatch_keys) (i32.shl (global.get $dispatch_count) (i32.const 2)))
          (local.get $place))
        (global.set $dispatch_count (i32.add (global.get $dispatch_count) (i32.const 1)))))
    (local.get $vertex))

  ;; The operand that the instruction at $previous pushes, if it is a constant one: value, known.
  (func $constant (param $previous i32) (result i64 i32)
    (local $opcode i32) (local $value i64)
    (if (i32.eqz (local.get $previous))
      (then (return (i64.const 0) (i32.const 0))))
    (local.set $opcode (i32.load8_u (local.get $previous)))
    (if (i32.eq (local.get $opcode) (i32.const 0x41))
      (then
        (call $signed (i32.add (local.get $previous) (i32.const 1)) (i32.const 5) (i32.const 4))
        (drop)
        (local.set $value)
        (return (i64.and (local.get $value) (i64.const 0xffffffff)) (i32.const 1))))
    (if (i32.eq (local.get $opcode) (i32.const 0x42))
      (then
        (call $signed (i32.add (local.get $previous) (i32.const 1)) (i32.const 10) (i32.const 1))
        (drop)
        (return (i32.const 1))))
    (i64.const 0)
    (i32.const 0))

  (func $grow_node (param $memory i32) (param $at i32) (param $previous i32)
    (local $value i64) (local $known i32)
    (call $constant (local.get $previous))
    (local.set $known)
    (local.set $value)
    (global.set $grows
      (call $emit (i32.const 3 (; GROW ;)) (local.get $memory) (global.get $grows) (local.get $at)))
    (drop (call $emit (i32.const 5 (; NOTE ;))
      (i32.wrap_i64 (local.get $value))
      (i32.wrap_i64 (i64.shr_u (local.get $value) (i64.const 32)))
      (local.get $known))))

  (func $indirect_node (param $type i32) (param $table i32) (param $at i32) (param $tail i32) (param $previous i32)
    (local $value i64) (local $known i32)
    (global.set $indirect_calls (i32.add (global.get $indirect_calls) (i32.const 1)))
    (call $constant (local.get $previous))
    (local.set $known)
    (local.set $value)
    (call $emit_call
      (call $dispatch
        (i32.load (i32.add (global.get $rows) (i32.shl (local.get $table) (i32.const 2))))
        (local.get $type))
      (select (i32.const -2) (call $handler) (local.get $tail))
      (local.get $at))
    (if (i32.and (local.get $known) (i64.lt_u (local.get $value) (i64.const 0x100000000)))
      (then
        (global.set $indexes
          (call $emit (i32.const 8 (; INDEX ;)) (local.get $table) (i32.wrap_i64 (local.get $value))
            (global.get $indexes)))))
    (if (local.get $tail)
      (then (drop (call $emit (i32.const 0) (i32.const -1) (i32.const 0) (local.get $at))))))

  ;; Legacy `try`: its handlers come after the body and are linked to a node before it.
  (func $try (param $at i32)
    (local $over i32) (local $first i32)
    (local.set $over (call $emit (i32.const 0) (i32.const 0) (i32.const 0) (local.get $at)))
    (local.set $first (call $emit (i32.const 0) (i32.const 0) (i32.const 0) (local.get $at)))
    (call $set_target (local.get $over) (global.get $node_count))
    (call $push (i32.const 3 (; TRY ;)) (i32.const 0) (local.get $first) (local.get $first)))

  (func $catch (param $all i32) (param $at i32)
    (local $frame i32)
    (local.set $frame (global.get $frame))
    (if (i32.gt_u (i32.sub (i32.load (local.get $frame)) (i32.const 3)) (i32.const 1))
      (then (call $fail (i32.const 9) (local.get $at) (i32.const 0))))
    (call $branch (i32.const 0) (i32.const 0) (local.get $at))
    (call $set_target (i32.load offset=8 (local.get $frame)) (global.get $node_count))
    (i32.store offset=12 (local.get $frame) (call $outer_handler))
    (if (local.get $all)
      (then
        (i32.store (local.get $frame) (i32.const 0 (; BLOCK ;)))
        (return)))
    (i32.store (local.get $frame) (i32.const 4 (; CATCH ;)))
    ;; Another tag may have been thrown: the next handler, or the outer one, is a way too.
    (i32.store offset=8 (local.get $frame)
      (call $emit (i32.const 1) (i32.const 0) (i32.const 0) (local.get $at))))

  (func $delegate (param $label i32) (param $at i32)
    (local $frame i32)
    (local.set $frame (global.get $frame))
    (if (i32.ne (i32.load (local.get $frame)) (i32.const 3 (; TRY ;)))
      (then (call $fail (i32.const 9) (local.get $at) (i32.const 0))))
    ;; The label counts from outside the try.
    (call $set_target (i32.load offset=8 (local.get $frame))
      (i32.load offset=12 (call $labelled (i32.add (local.get $label) (i32.const 1)) (local.get $at))))
    (call $land (i32.load offset=4 (local.get $frame)))
    (global.set $frame (i32.add (local.get $frame) (i32.const 16))))

  ;; The catches of a try_table at $p; the labels count from outside of it. They stand before the body.
  (func $try_table (param $p i32) (param $at i32) (result i32)
    (local $count i32) (local $over i32) (local $first i32) (local $kind i32) (local $label i32) (local $sure i32)
    (call $u32 (local.get $p))
    (local.set $p)
    (local.set $count)
    (if (i32.eqz (local.get $count))
      (then
        (call $push (i32.const 0) (i32.const 0) (i32.const 0) (call $handler))
        (return (local.get $p))))
    (local.set $over (call $emit (i32.const 0) (i32.const 0) (i32.const 0) (local.get $at)))
    (local.set $first (global.get $node_count))
    (loop $more
      (local.set $kind (i32.load8_u (local.get $p)))
      (local.set $p (i32.add (local.get $p) (i32.const 1)))
      (if (i32.gt_u (local.get $kind) (i32.const 3))
        (then (call $fail (i32.const 10) (local.get $p) (local.get $kind))))
      (if (i32.lt_u (local.get $kind) (i32.const 2))
        (then (local.set $p (call $index (local.get $p) (i32.const 17 (; TAG ;)))) (drop)))
      (call $u32 (local.get $p))
      (local.set $p)
      (local.set $label)
      (if (local.get $sure)
        (then (drop (call $labelled (local.get $label) (local.get $at))))
        (else
          (local.set $sure (i32.ge_u (local.get $kind) (i32.const 2)))
          (call $branch (i32.eqz (local.get $sure)) (local.get $label) (local.get $at))))
      (br_if $more (local.tee $count (i32.sub (local.get $count) (i32.const 1)))))
    (if (i32.eqz (local.get $sure))
      (then (drop (call $emit (i32.const 0) (call $handler) (i32.const 0) (local.get $at)))))
    (call $set_target (local.get $over) (global.get $node_count))
    (call $push (i32.const 0) (i32.const 0) (i32.const 0) (local.get $first))
    (local.get $p))

  ;; Labels of a br_table, the default last. A label that repeats the one before it makes no new node.
  (func $br_table (param $p i32) (param $end i32) (param $at i32) (result i32)
    (local $count i32) (local $label i32) (local $last i32)
    (call $u32 (local.get $p))
    (local.set $p)
    (local.set $count)
    (local.set $last (i32.const -1))
    (loop $more
      (if (i32.ge_u (local.get $p) (local.get $end))
        (then (call $fail (i32.const 2) (local.get $at) (i32.const 0))))
      (call $u32 (local.get $p))
      (local.set $p)
      (local.set $label)
      (if (i32.or (i32.ne (local.get $label) (local.get $last)) (i32.eqz (local.get $count)))
        (then
          (call $branch (i32.ne (local.get $count) (i32.const 0)) (local.get $label) (local.get $at))
          (local.set $last (local.get $label))))
      (if (local.get $count)
        (then
          (local.set $count (i32.sub (local.get $count) (i32.const 1)))
          (br $more))))
    (local.get $p))

  ;; The handlers of a resume: (on tag label) or (on tag switch). Control may come out at each label.
  (func $resume_handlers (param $p i32) (param $end i32) (param $at i32) (result i32)
    (local $count i32) (local $kind i32) (local $label i32)
    (call $u32 (local.get $p))
    (local.set $p)
    (local.set $count)
    (loop $more
      (if (local.get $count)
        (then
          (if (i32.ge_u (local.get $p) (local.get $end))
            (then (call $fail (i32.const 2) (local.get $at) (i32.const 0))))
          (local.set $kind (i32.load8_u (local.get $p)))
          (if (i32.gt_u (local.get $kind) (i32.const 1))
            (then (call $fail (i32.const 10) (local.get $p) (local.get $kind))))
          (local.set $p (call $index (i32.add (local.get $p) (i32.const 1)) (i32.const 17 (; TAG ;))))
          (drop)
          (if (i32.eqz (local.get $kind))
            (then
              (call $u32 (local.get $p))
              (local.set $p)
              (local.set $label)
              (call $branch (i32.const 1) (local.get $label) (local.get $at))))
          (local.set $count (i32.sub (local.get $count) (i32.const 1)))
          (br $more))))
    (local.get $p))

  (func $value_types (param $p i32) (param $end i32) (param $at i32) (result i32)
    (local $count i32)
    (call $u32 (local.get $p))
    (local.set $p)
    (local.set $count)
    (loop $more
      (if (local.get $count)
        (then
          (if (i32.ge_u (local.get $p) (local.get $end))
            (then (call $fail (i32.const 2) (local.get $at) (i32.const 0))))
          (local.set $p (call $value_type (local.get $p)))
          (local.set $count (i32.sub (local.get $count) (i32.const 1)))
          (br $more))))
    (local.get $p))

  (func $flag_table (param $table i32) (param $bit i32)
    (local $address i32)
    (local.set $address (i32.add (global.get $table_flags) (local.get $table)))
    (i32.store8 (local.get $address) (i32.or (i32.load8_u (local.get $address)) (local.get $bit))))

  (func $if (param $at i32)
    (call $push (i32.const 2) (i32.const 0)
      (call $emit (i32.const 1 (; BR_IF ;)) (i32.const 0) (i32.const 0) (local.get $at))
      (call $handler)))

  (func $else (param $at i32)
    (local $frame i32)
    (local.set $frame (global.get $frame))
    (if (i32.ne (i32.load (local.get $frame)) (i32.const 2 (; IF ;)))
      (then (call $fail (i32.const 9) (local.get $at) (i32.const 0))))
    (call $branch (i32.const 0) (i32.const 0) (local.get $at))
    (call $set_target (i32.load offset=8 (local.get $frame)) (global.get $node_count))
    (i32.store (local.get $frame) (i32.const 0 (; BLOCK ;))))

  ;; Closes the innermost block; 1 when that was the function.
  (func $end (param $at i32) (result i32)
    (local $frame i32) (local $kind i32)
    (local.set $frame (global.get $frame))
    (local.set $kind (i32.load (local.get $frame)))
    (if (i32.eq (local.get $kind) (i32.const 2 (; IF ;)))
      (then (call $set_target (i32.load offset=8 (local.get $frame)) (global.get $node_count))))
    (if (i32.le_u (i32.sub (local.get $kind) (i32.const 3)) (i32.const 1) (; TRY, CATCH ;))
      (then (call $set_target (i32.load offset=8 (local.get $frame)) (call $outer_handler))))
    (if (i32.ne (local.get $kind) (i32.const 1 (; LOOP ;)))
      (then (call $land (i32.load offset=4 (local.get $frame)))))
    (if (i32.eq (local.get $kind) (i32.const 5 (; FUNCTION ;)))
      (then (drop (call $emit (i32.const 0) (i32.const -1) (i32.const 0) (local.get $at)))))
    (global.set $frame (i32.add (local.get $frame) (i32.const 16)))
    (i32.eq (local.get $kind) (i32.const 5)))

  ;; One more than the place of the first byte that ends a LEB128: those bytes have their highest bit set in $ends.
  (func $length (param $ends i64) (result i32)
    (i32.add (i32.const 1) (i32.wrap_i64 (i64.shr_u (i64.ctz (local.get $ends)) (i64.const 3)))))

  ;; A block type of one byte: none, or the type of a number or vector.
  (func $is_simple (param $byte i32) (result i32)
    (i32.or
      (i32.eq (local.get $byte) (i32.const 0x40))
      (i32.le_u (i32.sub (local.get $byte) (i32.const 0x7b)) (i32.const 4))))

  ;; ---- one function body, from its first instruction to $end

  (func $body (param $p i32) (param $end i32)
    (local $previous i32) (local $at i32) (local $word i64) (local $opcode i32) (local $entry i32)
    (local $kinds i64) (local $length i32) (local $action i32) (local $kind i32) (local $a i32) (local $b i32) (local $c i32)
    (call $push (i32.const 5 (; FUNCTION ;)) (i32.const 0) (i32.const 0) (i32.const -2))
    (loop $next
      ;; Nearly all instructions are of one fixed length once no LEB128 is continued and no bit asks for more:
      ;; then the mask leaves nothing of their first 8 bytes. The mask of an instruction that matters is all ones,
      ;; which only a run of zeros passes: `unreachable` before `unreachable`, and the last of them is not passed.
      (local.set $word (i64.load (local.get $p)))
      (local.set $opcode (i32.and (i32.wrap_i64 (local.get $word)) (i32.const 0xff)))
      (local.set $entry (i32.add (global.get $fast) (i32.shl (local.get $opcode) (i32.const 4))))
      (if (i64.eqz (i64.and (local.get $word) (i64.load (local.get $entry))))
        (then
          (local.set $previous (local.get $p))
          (local.set $p (i32.add (local.get $p) (i32.load offset=8 (local.get $entry))))
          (br $next)))

      (local.set $at (local.get $p))
      (if (i32.ge_u (local.get $p) (local.get $end))
        (then (call $fail (i32.const 2) (local.get $end) (i32.const 0))))

      ;; What is left and frequent is read from the same 8 bytes. $length is that of an instruction whose only immediate
      ;; is a LEB128. One that may be at its limit, or anything unusual, goes the long way.
      (local.set $length
        (call $length (i64.and (i64.xor (local.get $word) (i64.const -1)) (i64.const 0x8080808080808000))))
      (local.set $c (i32.and (i32.wrap_i64 (i64.shr_u (local.get $word) (i64.const 8))) (i32.const 0xff)))
      (block $general
        (block $ready
        (block $end_of_block
        (block $call
        (block $br_if
        (block $br
        (block $if
        (block $loop
        (block $block
        (block $memarg
        (block $leb
          (br_table $general $leb $memarg $block $loop $if $br $br_if $call $end_of_block $general
            (i32.load offset=12 (local.get $entry))))
        ;; leb
          (br_if $general (i32.gt_u (local.get $length) (i32.const 5)))
          (local.set $p (i32.add (local.get $p) (local.get $length)))
          (br $ready))
        ;; memarg: a byte of flags without a memory index, then the offset
          (br_if $general (i32.and (local.get $c) (i32.const 0xe0)))
          (local.set $length
            (call $length (i64.and (i64.xor (local.get $word) (i64.const -1)) (i64.const 0x8080808080800000))))
          (br_if $general (i32.gt_u (local.get $length) (i32.const 8)))
          (local.set $p (i32.add (local.get $p) (local.get $length)))
          (br $ready))
        ;; block
          (br_if $general (i32.eqz (call $is_simple (local.get $c))))
          (call $push (i32.const 0) (i32.const 0) (i32.const 0) (call $handler))
          (local.set $p (i32.add (local.get $p) (i32.const 2)))
          (br $ready))
        ;; loop
          (br_if $general (i32.eqz (call $is_simple (local.get $c))))
          (call $push (i32.const 1) (global.get $node_count) (i32.const 0) (call $handler))
          (local.set $p (i32.add (local.get $p) (i32.const 2)))
          (br $ready))
        ;; if
          (br_if $general (i32.eqz (call $is_simple (local.get $c))))
          (call $if (local.get $at))
          (local.set $p (i32.add (local.get $p) (i32.const 2)))
          (br $ready))
        ;; br
          (br_if $general (i32.ge_u (local.get $c) (i32.const 0x80)))
          (call $branch (i32.const 0) (local.get $c) (local.get $at))
          (local.set $p (i32.add (local.get $p) (i32.const 2)))
          (br $ready))
        ;; br_if
          (br_if $general (i32.ge_u (local.get $c) (i32.const 0x80)))
          (call $branch (i32.const 1) (local.get $c) (local.get $at))
          (local.set $p (i32.add (local.get $p) (i32.const 2)))
          (br $ready))
        ;; call: an index of at most 3 bytes
          (br_if $general (i32.gt_u (local.get $length) (i32.const 4)))
          (local.set $a (i32.wrap_i64 (i64.shr_u (local.get $word) (i64.const 8))))
          (local.set $c
            (i32.and
              (i32.or
                (i32.or
                  (i32.and (local.get $a) (i32.const 0x7f))
                  (i32.and (i32.shr_u (local.get $a) (i32.const 1)) (i32.const 0x3f80)))
                (i32.and (i32.shr_u (local.get $a) (i32.const 2)) (i32.const 0x1fc000)))
              (i32.sub
                (i32.shl (i32.const 1) (i32.mul (i32.sub (local.get $length) (i32.const 1)) (i32.const 7)))
                (i32.const 1))))
          (br_if $general (i32.ge_u (local.get $c) (i32.load offset=52 (global.get $bounds) (; 4 * FUNCTION ;))))
          (local.set $a (global.get $node_count))
          (br_if $general (i32.ge_u (local.get $a) (global.get $room)))
          (br_if $general (i32.ge_u (global.get $last_call) (global.get $calls_end)))
          (global.set $direct_calls (i32.add (global.get $direct_calls) (i32.const 1)))
          (global.set $node_count (i32.add (local.get $a) (i32.const 1)))
          (i32.store (global.get $last_call) (local.get $a))
          (global.set $last_call (i32.add (global.get $last_call) (i32.const 4)))
          (i32.store8 (i32.add (global.get $kinds) (local.get $a)) (i32.const 2 (; CALL ;)))
          (local.set $a (i32.shl (local.get $a) (i32.const 2)))
          (i32.store (i32.add (global.get $targets) (local.get $a)) (local.get $c))
          (i32.store (i32.add (global.get $places) (local.get $a)) (local.get $at))
          (local.set $c (i32.load offset=12 (global.get $frame)))
          (if (i32.ne (local.get $c) (i32.const -2))
            (then
              (global.set $handlers (i32.const 1))
              (i32.store (i32.add (global.get $extras) (local.get $a)) (local.get $c))))
          (local.set $p (i32.add (local.get $p) (local.get $length)))
          (br $ready))
        ;; end
          (local.set $p (i32.add (local.get $p) (i32.const 1)))
          (br_if $ready (i32.eqz (call $end (local.get $at))))
          (if (i32.ne (local.get $p) (local.get $end))
            (then (call $fail (i32.const 11) (local.get $p) (i32.const 0))))
          (return))
        ;; ready
        (local.set $previous (local.get $at))
        (br $next))

      (local.set $p (i32.add (local.get $p) (i32.const 1)))
      (if (i32.le_u (i32.sub (local.get $opcode) (i32.const 0xfb)) (i32.const 3))
        (then
          (call $u32 (local.get $p))
          (local.set $p)
          (local.set $a)
          (if (i32.ge_u (local.get $a) (i32.const 512))
            (then (call $fail (i32.const 1) (local.get $at) (local.get $opcode))))
          ;; 256 descriptors without prefix, then 512 for each prefix.
          (local.set $entry
            (i32.add (i32.const 256)
              (i32.add (i32.shl (i32.sub (local.get $opcode) (i32.const 0xfb)) (i32.const 9)) (local.get $a)))))
        (else (local.set $entry (local.get $opcode))))
      (local.set $kinds
        (i64.load (i32.add (global.get $descriptors) (i32.shl (local.get $entry) (i32.const 3)))))
      (local.set $action (i32.and (i32.wrap_i64 (local.get $kinds)) (i32.const 0xff)))

      ;; The immediates; the last three stay in $a, $b and $c.
      (block $read
        (loop $immediate
          (local.set $kinds (i64.shr_u (local.get $kinds) (i64.const 8)))
          (local.set $kind (i32.and (i32.wrap_i64 (local.get $kinds)) (i32.const 0xff)))
          (br_if $read (i32.eqz (local.get $kind)))
          (local.set $a (local.get $b))
          (local.set $b (local.get $c))
          (block $by_action
          (block $cast_flags
          (block $zero
          (block $unchecked
          (block $checked
          (block $value_types
          (block $heap_type
          (block $block_type
          (block $memarg
          (block $bytes16
          (block $bytes8
          (block $bytes4
          (block $byte
          (block $s64
          (block $s33
          (block $s32
            (br_table $unchecked $unchecked $s32 $s33 $s64 $byte $bytes4 $bytes8 $bytes16 $memarg
              $block_type $heap_type $value_types
              $checked $checked $checked $checked $checked $checked (; FUNCTION to ELEMENT ;)
              $unchecked (; LABEL ;) $by_action $by_action $by_action (; LABELS, CATCHES, HANDLERS ;)
              $zero $cast_flags
              (local.get $kind)))
          ;; s32
            (call $signed (local.get $p) (i32.const 5) (i32.const 4))
            (local.set $p) (drop) (br $immediate))
          ;; s33
            (call $signed (local.get $p) (i32.const 5) (i32.const 5))
            (local.set $p) (drop) (br $immediate))
          ;; s64
            (call $signed (local.get $p) (i32.const 10) (i32.const 1))
            (local.set $p) (drop) (br $immediate))
          ;; byte
            (local.set $p (i32.add (local.get $p) (i32.const 1))) (br $immediate))
          ;; bytes4
            (local.set $p (i32.add (local.get $p) (i32.const 4))) (br $immediate))
          ;; bytes8
            (local.set $p (i32.add (local.get $p) (i32.const 8))) (br $immediate))
          ;; bytes16
            (local.set $p (i32.add (local.get $p) (i32.const 16))) (br $immediate))
          ;; memarg
            (local.set $p (call $memarg (local.get $p))) (br $immediate))
          ;; block type
            (local.set $p (call $block_type (local.get $p))) (br $immediate))
          ;; heap type
            (local.set $p (call $heap_type (local.get $p))) (br $immediate))
          ;; value types
            (local.set $p (call $value_types (local.get $p) (local.get $end) (local.get $at))) (br $immediate))
          ;; checked
            (call $index (local.get $p) (local.get $kind))
            (local.set $p) (local.set $c) (br $immediate))
          ;; unchecked
            (call $u32 (local.get $p))
            (local.set $p) (local.set $c) (br $immediate))
          ;; zero
            (local.set $p (call $flags (local.get $p) (i32.const 0))) (br $immediate))
          ;; cast flags
            (local.set $p (call $flags (local.get $p) (i32.const 3))) (br $immediate))
          ;; by action: a vector that the action reads itself
          ))

      (block $done
      (block $switch
      (block $resume
      (block $suspend
      (block $convert
      (block $br_on_cast
      (block $table_get
      (block $table_write
      (block $table_copy
      (block $table_init
      (block $ref_func
      (block $grow
      (block $try_table
      (block $throw
      (block $delegate
      (block $catch_all
      (block $catch
      (block $try
      (block $return_call_ref
      (block $call_ref
      (block $return_call_indirect
      (block $call_indirect
      (block $return_call
      (block $call
      (block $return
      (block $br_table
      (block $br_if
      (block $br
      (block $end_of_block
      (block $else
      (block $if
      (block $loop
      (block $block
      (block $unreachable
      (block $unknown
        (br_table $unknown $done $unreachable $block $loop $if $else $end_of_block $br $br_if $br_table $return
          $call $return_call $call_indirect $return_call_indirect $call_ref $return_call_ref
          $try $catch $catch_all $delegate $throw $try_table $grow $ref_func
          $table_init $table_copy $table_write $table_get $br_on_cast $convert $suspend $resume $switch
          $unknown
          (local.get $action)))
      ;; unknown
        (call $fail (i32.const 1) (local.get $at) (local.get $opcode)) (br $done))
      ;; unreachable
        (drop (call $emit (i32.const 4 (; TRAP ;)) (i32.const 0) (i32.const 0) (local.get $at))) (br $done))
      ;; block
        (call $push (i32.const 0) (i32.const 0) (i32.const 0) (call $handler)) (br $done))
      ;; loop
        (call $push (i32.const 1) (global.get $node_count) (i32.const 0) (call $handler)) (br $done))
      ;; if
        (call $if (local.get $at)) (br $done))
      ;; else
        (call $else (local.get $at)) (br $done))
      ;; end
        (br_if $done (i32.eqz (call $end (local.get $at))))
        (if (i32.ne (local.get $p) (local.get $end))
          (then (call $fail (i32.const 11) (local.get $p) (i32.const 0))))
        (return))
      ;; br
        (call $branch (i32.const 0) (local.get $c) (local.get $at)) (br $done))
      ;; br_if
        (call $branch (i32.const 1) (local.get $c) (local.get $at)) (br $done))
      ;; br_table
        (local.set $p (call $br_table (local.get $p) (local.get $end) (local.get $at))) (br $done))
      ;; return
        (drop (call $emit (i32.const 0) (i32.const -1) (i32.const 0) (local.get $at))) (br $done))
      ;; call
        (global.set $direct_calls (i32.add (global.get $direct_calls) (i32.const 1)))
        (call $call_node (local.get $c) (local.get $at) (i32.const 0)) (br $done))
      ;; return_call
        (global.set $direct_calls (i32.add (global.get $direct_calls) (i32.const 1)))
        (call $call_node (local.get $c) (local.get $at) (i32.const 1)) (br $done))
      ;; call_indirect
        (call $indirect_node (local.get $b) (local.get $c) (local.get $at) (i32.const 0) (local.get $previous))
        (br $done))
      ;; return_call_indirect
        (call $indirect_node (local.get $b) (local.get $c) (local.get $at) (i32.const 1) (local.get $previous))
        (br $done))
      ;; call_ref
        (call $call_node (call $dispatch (global.get $reference_row) (local.get $c)) (local.get $at) (i32.const 0))
        (br $done))
      ;; return_call_ref
        (call $call_node (call $dispatch (global.get $reference_row) (local.get $c)) (local.get $at) (i32.const 1))
        (br $done))
      ;; try
        (call $try (local.get $at)) (br $done))
      ;; catch
        (call $catch (i32.const 0) (local.get $at)) (br $done))
      ;; catch_all
        (call $catch (i32.const 1) (local.get $at)) (br $done))
      ;; delegate
        (call $delegate (local.get $c) (local.get $at)) (br $done))
      ;; throw
        (drop (call $emit (i32.const 0) (call $handler) (i32.const 0) (local.get $at))) (br $done))
      ;; try_table
        (local.set $p (call $try_table (local.get $p) (local.get $at))) (br $done))
      ;; memory.grow
        (call $grow_node (local.get $c) (local.get $at) (local.get $previous)) (br $done))
      ;; ref.func
        (i32.store8 (i32.add (global.get $taken) (local.get $c)) (i32.const 1)) (br $done))
      ;; table.init
        (global.set $table_moves
          (call $emit (i32.const 6) (local.get $b) (local.get $c) (global.get $table_moves)))
        (br $done))
      ;; table.copy
        (global.set $table_moves
          (call $emit (i32.const 7) (local.get $b) (local.get $c) (global.get $table_moves)))
        (br $done))
      ;; table.set, table.fill, table.grow
        (call $flag_table (local.get $c) (i32.const 1)) (br $done))
      ;; table.get
        (call $flag_table (local.get $c) (i32.const 2)) (br $done))
      ;; br_on_cast: flags, label, two heap types
        (call $branch (i32.const 1) (local.get $a) (local.get $at)) (br $done))
      ;; any.convert_extern, extern.convert_any
        (global.set $converts_extern (i32.const 1)) (br $done))
      ;; cont.new, cont.bind, suspend: control may go to whoever resumed, and come back
        (global.set $switches_stacks (i32.const 1))
        (br $done))
      ;; resume, resume_throw
        (global.set $switches_stacks (i32.const 1))
        (call $call_node (call $any_function) (local.get $at) (i32.const 0))
        (local.set $p (call $resume_handlers (local.get $p) (local.get $end) (local.get $at)))
        (br $done))
      ;; switch
        (global.set $switches_stacks (i32.const 1))
        (call $call_node (call $any_function) (local.get $at) (i32.const 0)))
      ;; done
      (local.set $previous (local.get $at))
      (br $next)))

  ;; ---- all $count bodies from $p to $end

  (func (export "scan") (param $p i32) (param $end i32) (param $count i32)
    (local $start i32) (local $size i32) (local $stop i32) (local $groups i32) (local $function i32)
    (local $locals i64) (local $many i32)
    (global.set $frame (global.get $bottom))
    (loop $more
      (if (local.get $count)
        (then
          (local.set $start (local.get $p))
          (if (i32.ge_u (local.get $p) (local.get $end))
            (then (call $fail (i32.const 12) (local.get $p) (local.get $count))))
          (call $u32 (local.get $p))
          (local.set $p)
          (local.set $size)
          (if (i32.gt_u (local.get $p) (local.get $end))
            (then (call $fail (i32.const 12) (local.get $start) (local.get $count))))
          (if (i32.gt_u (local.get $size) (i32.sub (local.get $end) (local.get $p)))
            (then (call $fail (i32.const 12) (local.get $start) (local.get $count))))
          (local.set $stop (i32.add (local.get $p) (local.get $size)))
          ;; Locals: groups of a count and a type.
          (call $u32 (local.get $p))
          (local.set $p)
          (local.set $groups)
          (local.set $locals (i64.const 0))
          (loop $group
            (if (local.get $groups)
              (then
                (if (i32.ge_u (local.get $p) (local.get $stop))
                  (then (call $fail (i32.const 2) (local.get $start) (i32.const 0))))
                (call $u32 (local.get $p))
                (local.set $p)
                (local.set $many)
                (local.set $locals (i64.add (local.get $locals) (i64.extend_i32_u (local.get $many))))
                (if (i64.gt_u (local.get $locals) (i64.const 0xffffffff))
                  (then (call $fail (i32.const 14) (local.get $start) (i32.const 0))))
                (local.set $p (call $value_type (local.get $p)))
                (local.set $groups (i32.sub (local.get $groups) (i32.const 1)))
                (br $group))))
          (i32.store (i32.add (global.get $starts) (i32.shl (local.get $function) (i32.const 2)))
            (global.get $node_count))
          (call $body (local.get $p) (local.get $stop))
          (local.set $p (local.get $stop))
          (local.set $function (i32.add (local.get $function) (i32.const 1)))
          (local.set $count (i32.sub (local.get $count) (i32.const 1)))
          (br $more))))
    (if (i32.ne (local.get $p) (local.get $end))
      (then (call $fail (i32.const 13) (local.get $p) (i32.const 0))))
    (i32.store (i32.add (global.get $starts) (i32.shl (local.get $function) (i32.const 2)))
      (global.get $node_count))))
