;; The scan kernel reads every instruction of a module once and builds the flow graph: a node for each instruction
;; that can transfer control, grow a memory or write a table. A straight run of other instructions makes no node.
;;
;; code_section.py copies function bodies into this memory, as many at a time as fit into its window. opcodes.py makes
;; the instruction tables.
;; The nodes stand in program order, function after function. Each field of a node has an array of its own, because
;; most of the search needs only `kind` (1 byte) and `target` (4 bytes, like the fields that follow):
;;
;;   kind    0 BR      goes to `target`
;;           1 BR_IF   goes to `target` or to the next node
;;           2 CALL    calls the function or dispatch `target`; returns to the next node, or throws to node `extra`
;;           3 GROW    grows memory `target`; `extra` links to the previous GROW; a NOTE follows
;;           4 TRAP    has no successor
;;           5 NOTE    the operand of the GROW before it: its 64 bits in `target` and `extra`, constant if `at` is 1
;;           6 INIT    table.init: segment `target`, table `extra`; `at` links to the previous INIT or COPY
;;           7 COPY    table.copy: to table `target`, from table `extra`; `at` links likewise
;;           8 INDEX   the constant index (`extra`) of the call_indirect before it and its table (`target`);
;;                     `at` links to the previous INDEX
;;   target  a node, or -1 for the function's normal exit, or -2 for its exceptional exit
;;   extra   in a CALL, 0 stands for the exceptional exit
;;   at      the offset of the instruction in the file
;;
;; Node 0 does not exist, so that a link of 0 ends a list. A second array lists the CALL nodes, 4 bytes each.
;;
;; The kernel never guesses: for any error it sets `error`, `error_at` and `error_value` and traps.
;; The memory never grows: its maximum is its minimum, and what does not fit is an error.
;;
;; Names in the code: $p is the position of the next byte to read, $at the position where the instruction starts.
;; Constants are immutable globals, which wasmtime compiles to constants.
;; `(local.set $x (local.set $p (call $read_u32 (local.get $p))))` takes both results of the call.
(module
  (import "nogrow" "memory" (memory 1))

  ;; Kinds of nodes; code_section.py has the same numbers.
  (global $NODE_BR i32 (i32.const 0))
  (global $NODE_BR_IF i32 (i32.const 1))
  (global $NODE_CALL i32 (i32.const 2))
  (global $NODE_GROW i32 (i32.const 3))
  (global $NODE_TRAP i32 (i32.const 4))
  (global $NODE_NOTE i32 (i32.const 5))
  (global $NODE_INIT i32 (i32.const 6))
  (global $NODE_COPY i32 (i32.const 7))
  (global $NODE_INDEX i32 (i32.const 8))

  ;; Targets that are no nodes.
  (global $NORMAL_EXIT i32 (i32.const -1))
  (global $EXCEPTIONAL_EXIT i32 (i32.const -2))

  ;; Control frames: see $frame below.
  (global $FRAME_SIZE i32 (i32.const 16))
  (global $FRAME_BLOCK i32 (i32.const 0))
  (global $FRAME_LOOP i32 (i32.const 1))
  (global $FRAME_IF i32 (i32.const 2))
  (global $FRAME_TRY i32 (i32.const 3))
  (global $FRAME_CATCH i32 (i32.const 4))
  (global $FRAME_FUNCTION i32 (i32.const 5))

  ;; Bits in $exceptions; scan.py has the same numbers.
  (global $EXCEPTIONS_LEGACY_TRY i32 (i32.const 1))
  (global $EXCEPTIONS_TRY_TABLE i32 (i32.const 2))
  (global $EXCEPTIONS_THROW i32 (i32.const 4))

  ;; Flags in $table_flags.
  (global $TABLE_WRITTEN i32 (i32.const 1)) ;; by table.set, table.fill or table.grow
  (global $TABLE_READ i32 (i32.const 2))

  ;; Kinds of immediates whose index is checked where it is read; `Immediate` in opcodes.py has the same numbers.
  (global $INDEX_MEMORY i32 (i32.const 16))
  (global $INDEX_TAG i32 (i32.const 17))

  ;; Bytes of the binary format (specification 5.3 and 5.4).
  (global $OP_I32_CONST i32 (i32.const 0x41))
  (global $OP_I64_CONST i32 (i32.const 0x42))
  (global $FIRST_PREFIX i32 (i32.const 0xfb))
  (global $EMPTY i32 (i32.const 0x40))
  (global $SHARED i32 (i32.const 0x65))

  ;; Errors; code_section.py has their messages.
  (global $ERROR_INSTRUCTION i32 (i32.const 1))
  (global $ERROR_BODY_CUT_OFF i32 (i32.const 2))
  (global $ERROR_INTEGER i32 (i32.const 3))
  (global $ERROR_TYPE i32 (i32.const 4))
  (global $ERROR_FLAGS i32 (i32.const 5))
  (global $ERROR_INDEX i32 (i32.const 6))
  (global $ERROR_NO_ROOM i32 (i32.const 7))
  (global $ERROR_LABEL i32 (i32.const 8))
  (global $ERROR_BLOCK i32 (i32.const 9))
  (global $ERROR_HANDLER i32 (i32.const 10))
  (global $ERROR_BODY_GOES_ON i32 (i32.const 11))
  (global $ERROR_BODY_COUNT i32 (i32.const 12))
  (global $ERROR_BYTES_LEFT i32 (i32.const 13))
  (global $ERROR_LOCALS i32 (i32.const 14))

  ;; Addresses and numbers that code_section.py sets.
  (global $fast (export "fast") (mut i32) (i32.const 0))           ;; by opcode: mask (8 bytes), length (4), shape (4)
  (global $descriptors (export "descriptors") (mut i32) (i32.const 0)) ;; by opcode: action, kinds of immediates
  (global $bounds (export "bounds") (mut i32) (i32.const 0))       ;; by kind of immediate: the number of indices
  (global $canonical (export "canonical") (mut i32) (i32.const 0)) ;; by type index: canonical type index
  (global $rows (export "rows") (mut i32) (i32.const 0))           ;; by table: where its row in the map starts
  (global $reference_row (export "reference_row") (mut i32) (i32.const 0)) ;; the first cell of the row for call_ref
  (global $dispatch_map (export "dispatch_map") (mut i32) (i32.const 0)) ;; by row and type: a vertex, or 0
  (global $dispatch_keys (export "dispatch_keys") (mut i32) (i32.const 0)) ;; by dispatch: its cell in the map
  (global $first_dispatch (export "first_dispatch") (mut i32) (i32.const 0))
  (global $taken (export "taken") (mut i32) (i32.const 0))         ;; by function: 1 if a ref.func refers to it
  (global $table_flags (export "table_flags") (mut i32) (i32.const 0)) ;; by table: TABLE_WRITTEN, TABLE_READ
  (global $starts (export "starts") (mut i32) (i32.const 0))       ;; by defined function: its first node
  (global $kinds (export "kinds") (mut i32) (i32.const 0))         ;; by node, as above
  (global $targets (export "targets") (mut i32) (i32.const 0))
  (global $extras (export "extras") (mut i32) (i32.const 0))
  (global $places (export "places") (mut i32) (i32.const 0))       ;; the field `at`
  (global $base (export "base") (mut i32) (i32.const 0))           ;; added to an address, it gives the offset in the file
  (global $room (export "room") (mut i32) (i32.const 0))           ;; the greatest number of nodes, node 0 included
  (global $call_list_limit (export "call_list_limit") (mut i32) (i32.const 0)) ;; the end of the room for that list
  (global $top (export "top") (mut i32) (i32.const 0))             ;; control frames grow downwards from $bottom ...
  (global $bottom (export "bottom") (mut i32) (i32.const 0))       ;; ... to $top at most

  ;; Results.
  (global $node_count (export "node_count") (mut i32) (i32.const 1))
  (global $has_handlers (export "has_handlers") (mut i32) (i32.const 0)) ;; 1 if a handler encloses any call
  (global $call_list_end (export "call_list_end") (mut i32) (i32.const 0)) ;; the end of the list of CALL nodes
  (global $dispatch_count (export "dispatch_count") (mut i32) (i32.const 0))
  (global $last_grow (export "last_grow") (mut i32) (i32.const 0))
  (global $last_table_move (export "last_table_move") (mut i32) (i32.const 0))
  (global $last_constant_index (export "last_constant_index") (mut i32) (i32.const 0))
  (global $direct_calls (export "direct_calls") (mut i32) (i32.const 0))
  (global $indirect_calls (export "indirect_calls") (mut i32) (i32.const 0))
  (global $exceptions (export "exceptions") (mut i32) (i32.const 0)) ;; EXCEPTIONS_...: the instructions that occur
  (global $converts_extern (export "converts_extern") (mut i32) (i32.const 0))
  (global $switches_stacks (export "switches_stacks") (mut i32) (i32.const 0))
  (global $position (export "position") (mut i32) (i32.const 0))   ;; where the first body starts that was not read
  (global $error (export "error") (mut i32) (i32.const 0))
  (global $error_at (export "error_at") (mut i32) (i32.const 0))
  (global $error_value (export "error_value") (mut i32) (i32.const 0))

  ;; Control frames, FRAME_SIZE bytes each, one for each open block; $frame is the address of the innermost.
  ;;   +0 kind     BLOCK (also for else and catch_all), LOOP, IF, TRY, CATCH or FUNCTION
  ;;   +4 label    LOOP: its first node; other kinds: the last node that goes to the block's end. Such nodes form
  ;;               a list, linked through `target`, until the block ends
  ;;   +8 pending  IF: the BR_IF to the else part; TRY and CATCH: the node whose target is the next handler
  ;;   +12 handler the node or exit that an exception thrown directly inside goes to
  (global $frame (mut i32) (i32.const 0))

  ;; The offset in the file of the byte at address $p.
  (func $offset_of (param $p i32) (result i32)
    (i32.add (local.get $p) (global.get $base)))

  ;; Stops the scan: the trap makes code_section.py read the error.
  (func $fail (param $code i32) (param $at i32) (param $value i32)
    (global.set $error (local.get $code))
    (global.set $error_at (call $offset_of (local.get $at)))
    (global.set $error_value (local.get $value))
    unreachable)

  ;; ---- integers (specification 5.2.2): each function returns the value and the position after it

  (func $read_u32 (param $p i32) (result i32 i32)
    (local $byte i32) (local $value i32) (local $shift i32) (local $start i32)
    (local.set $start (local.get $p))
    (loop $more
      (local.set $byte (i32.load8_u (local.get $p)))
      (local.set $p (i32.add (local.get $p) (i32.const 1)))
      (local.set $value
        (i32.or (local.get $value)
          (i32.shl (i32.and (local.get $byte) (i32.const 0x7f)) (local.get $shift))))
      (if (i32.and (i32.eq (local.get $shift) (i32.const 28)) (i32.gt_u (local.get $byte) (i32.const 0x0f)))
        (then (call $fail (global.get $ERROR_INTEGER) (local.get $start) (i32.const 32))))
      (local.set $shift (i32.add (local.get $shift) (i32.const 7)))
      (br_if $more (i32.ge_u (local.get $byte) (i32.const 0x80))))
    (local.get $value)
    (local.get $p))

  ;; A number of at most $bytes bytes; a byte number $bytes holds only $bits bits of it, the sign included.
  (func $read_signed (param $p i32) (param $bytes i32) (param $bits i32) (result i64 i32)
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
            (then (call $fail (global.get $ERROR_INTEGER) (local.get $start) (i32.const 64))))))
      (br_if $more (i32.ge_u (local.get $byte) (i32.const 0x80))))
    (if (i32.and (i64.lt_u (local.get $shift) (i64.const 64))
                 (i32.ne (i32.and (local.get $byte) (i32.const 0x40)) (i32.const 0)))
      (then
        (local.set $value
          (i64.or (local.get $value) (i64.shl (i64.const -1) (local.get $shift))))))
    (local.get $value)
    (local.get $p))

  ;; ---- types (specification 5.3): each function checks one and returns the position after it

  (func $is_abstract (param $byte i32) (result i32)
    (i32.le_u (i32.sub (local.get $byte) (i32.const 0x68)) (i32.const 0x0d)))

  (func $skip_heap_type (param $p i32) (result i32)
    (local $byte i32) (local $value i64) (local $start i32)
    (local.set $start (local.get $p))
    (local.set $byte (i32.load8_u (local.get $p)))
    (if (i32.eq (local.get $byte) (global.get $SHARED))
      (then
        (local.set $p (i32.add (local.get $p) (i32.const 1)))
        (local.set $byte (i32.load8_u (local.get $p)))
        (if (i32.eqz (call $is_abstract (local.get $byte)))
          (then (call $fail (global.get $ERROR_TYPE) (local.get $start) (local.get $byte))))))
    (if (call $is_abstract (local.get $byte))
      (then (return (i32.add (local.get $p) (i32.const 1)))))
    (local.set $value (local.set $p (call $read_signed (local.get $p) (i32.const 5) (i32.const 5))))
    (if (i32.or
          (i64.lt_s (local.get $value) (i64.const 0))
          (i64.ge_s (local.get $value)
            (i64.extend_i32_u (i32.load offset=56 (global.get $bounds) (; 4 * TYPE ;)))))
      (then (call $fail (global.get $ERROR_TYPE) (local.get $start) (local.get $byte))))
    (local.get $p))

  (func $skip_value_type (param $p i32) (result i32)
    (local $byte i32)
    (local.set $byte (i32.load8_u (local.get $p)))
    (if (i32.or
          (i32.le_u (i32.sub (local.get $byte) (i32.const 0x7b)) (i32.const 4))
          (call $is_abstract (local.get $byte)))
      (then (return (i32.add (local.get $p) (i32.const 1)))))
    (if (i32.le_u (i32.sub (local.get $byte) (i32.const 0x63)) (i32.const 1))
      (then (return (call $skip_heap_type (i32.add (local.get $p) (i32.const 1))))))
    (if (i32.ne (local.get $byte) (global.get $SHARED))
      (then (call $fail (global.get $ERROR_TYPE) (local.get $p) (local.get $byte))))
    (call $skip_heap_type (local.get $p)))

  (func $skip_block_type (param $p i32) (result i32)
    (local $byte i32)
    (local.set $byte (i32.load8_u (local.get $p)))
    (if (i32.eq (local.get $byte) (global.get $EMPTY))
      (then (return (i32.add (local.get $p) (i32.const 1)))))
    (if (i32.eq (i32.and (local.get $byte) (i32.const 0xc0)) (i32.const 0x40))
      (then (return (call $skip_value_type (local.get $p)))))
    ;; A type index: it is encoded as in a heap type.
    (call $skip_heap_type (local.get $p)))

  ;; Skips the flags (alignment; bit 6 announces a memory index), the memory index and the offset (5.4.7).
  (func $skip_memarg (param $p i32) (result i32)
    (local $flags i32) (local $start i32) (local $byte i32) (local $left i32)
    (local.set $start (local.get $p))
    (local.set $flags (local.set $p (call $read_u32 (local.get $p))))
    (if (i32.ge_u (i32.and (local.get $flags) (i32.const -65)) (i32.const 32))
      (then (call $fail (global.get $ERROR_FLAGS) (local.get $start) (local.get $flags))))
    (if (i32.and (local.get $flags) (i32.const 64))
      (then (local.set $p (call $read_index (local.get $p) (global.get $INDEX_MEMORY))) (drop)))
    (local.set $left (i32.const 10))
    (loop $more
      (local.set $byte (i32.load8_u (local.get $p)))
      (local.set $p (i32.add (local.get $p) (i32.const 1)))
      (local.set $left (i32.sub (local.get $left) (i32.const 1)))
      (if (i32.and (i32.eqz (local.get $left)) (i32.gt_u (local.get $byte) (i32.const 1)))
        (then (call $fail (global.get $ERROR_INTEGER) (local.get $start) (i32.const 64))))
      (br_if $more (i32.ge_u (local.get $byte) (i32.const 0x80))))
    (local.get $p))

  ;; Skips a byte that must be at most $most.
  (func $check_byte (param $p i32) (param $most i32) (result i32)
    (if (i32.gt_u (i32.load8_u (local.get $p)) (local.get $most))
      (then (call $fail (global.get $ERROR_FLAGS) (local.get $p) (i32.load8_u (local.get $p)))))
    (i32.add (local.get $p) (i32.const 1)))

  ;; Reads an index that must be below the bound of its $kind of immediate.
  (func $read_index (param $p i32) (param $kind i32) (result i32 i32)
    (local $value i32) (local $start i32)
    (local.set $start (local.get $p))
    (local.set $value (local.set $p (call $read_u32 (local.get $p))))
    (if (i32.ge_u (local.get $value)
          (i32.load (i32.add (global.get $bounds) (i32.shl (local.get $kind) (i32.const 2)))))
      (then (call $fail (global.get $ERROR_INDEX) (local.get $start) (local.get $value))))
    (local.get $value)
    (local.get $p))

  ;; ---- the flow graph
  ;;
  ;;   block, if       push a frame; branches to its label join the frame's list
  ;;   loop            push a frame whose label is the next node
  ;;   br, br_if       emit BR or BR_IF to the frame's label
  ;;   call            emit CALL with the current handler
  ;;   end             point the frame's list at the next node; pop the frame
  ;;
  ;; The targets of forward branches are unknown when their nodes are emitted. Until its block ends, such a node
  ;; holds the previous node of the list in `target`.

  ;; Appends a node; returns its index. $at is an address, but a link or a mark in nodes from NOTE on.
  (func $emit (param $kind i32) (param $target i32) (param $extra i32) (param $at i32) (result i32)
    (local $node i32) (local $offset i32)
    (local.set $node (global.get $node_count))
    (local.set $offset (i32.shl (local.get $node) (i32.const 2)))
    (if (i32.ge_u (local.get $node) (global.get $room))
      (then (call $fail (global.get $ERROR_NO_ROOM) (local.get $at) (i32.const 0))))
    (i32.store8 (i32.add (global.get $kinds) (local.get $node)) (local.get $kind))
    (i32.store (i32.add (global.get $targets) (local.get $offset)) (local.get $target))
    (i32.store (i32.add (global.get $places) (local.get $offset))
      (select (call $offset_of (local.get $at)) (local.get $at)
        (i32.lt_u (local.get $kind) (global.get $NODE_NOTE))))
    (if (local.get $extra)
      (then (i32.store (i32.add (global.get $extras) (local.get $offset)) (local.get $extra))))
    (global.set $node_count (i32.add (local.get $node) (i32.const 1)))
    (local.get $node))

  ;; Appends a CALL of $callee and lists it. A tail call leaves its function first, so no handler of this function
  ;; catches its exceptions.
  (func $emit_call_node (param $callee i32) (param $tail i32) (param $at i32)
    (local $last i32) (local $handler i32)
    (local.set $handler (select (global.get $EXCEPTIONAL_EXIT) (call $current_handler) (local.get $tail)))
    (local.set $last (global.get $call_list_end))
    (if (i32.ge_u (local.get $last) (global.get $call_list_limit))
      (then (call $fail (global.get $ERROR_NO_ROOM) (local.get $at) (i32.const 0))))
    (i32.store (local.get $last) (global.get $node_count))
    (global.set $call_list_end (i32.add (local.get $last) (i32.const 4)))
    (if (i32.eq (local.get $handler) (global.get $EXCEPTIONAL_EXIT))
      (then (local.set $handler (i32.const 0)))
      (else (global.set $has_handlers (i32.const 1))))
    (drop (call $emit (global.get $NODE_CALL) (local.get $callee) (local.get $handler) (local.get $at))))

  (func $target_address (param $node i32) (result i32)
    (i32.add (global.get $targets) (i32.shl (local.get $node) (i32.const 2))))

  (func $set_target (param $node i32) (param $target i32)
    (i32.store (call $target_address (local.get $node)) (local.get $target)))

  ;; Makes the next node the target of each node in the list that ends in $node.
  (func $point_list_here (param $node i32)
    (local $address i32)
    (loop $more
      (if (local.get $node)
        (then
          (local.set $address (call $target_address (local.get $node)))
          (local.set $node (i32.load (local.get $address)))
          (i32.store (local.get $address) (global.get $node_count))
          (br $more)))))

  ;; Opens a block.
  (func $push_frame (param $kind i32) (param $label i32) (param $pending i32) (param $handler i32)
    (local $frame i32)
    (local.set $frame (i32.sub (global.get $frame) (global.get $FRAME_SIZE)))
    (if (i32.lt_u (local.get $frame) (global.get $top))
      (then (call $fail (global.get $ERROR_NO_ROOM) (i32.const 0) (i32.const 0))))
    (i32.store (local.get $frame) (local.get $kind))
    (i32.store offset=4 (local.get $frame) (local.get $label))
    (i32.store offset=8 (local.get $frame) (local.get $pending))
    (i32.store offset=12 (local.get $frame) (local.get $handler))
    (global.set $frame (local.get $frame)))

  ;; Returns the address of the frame that $label refers to.
  (func $frame_of_label (param $label i32) (param $at i32) (result i32)
    (if (i32.ge_u (local.get $label)
          (i32.shr_u (i32.sub (global.get $bottom) (global.get $frame)) (i32.const 4)))
      (then (call $fail (global.get $ERROR_LABEL) (local.get $at) (local.get $label))))
    (i32.add (global.get $frame) (i32.shl (local.get $label) (i32.const 4))))

  ;; Appends a BR or BR_IF ($kind) to $label.
  (func $emit_branch (param $kind i32) (param $label i32) (param $at i32)
    (local $frame i32) (local $node i32)
    (local.set $frame (call $frame_of_label (local.get $label) (local.get $at)))
    (local.set $node
      (call $emit (local.get $kind) (i32.load offset=4 (local.get $frame)) (i32.const 0) (local.get $at)))
    (if (i32.ne (i32.load (local.get $frame)) (global.get $FRAME_LOOP))
      (then (i32.store offset=4 (local.get $frame) (local.get $node)))))

  ;; Where an exception thrown here goes.
  (func $current_handler (result i32)
    (i32.load offset=12 (global.get $frame)))

  ;; Where an exception thrown around the innermost block goes.
  (func $outer_handler (result i32)
    (i32.load offset=28 (global.get $frame)))

  ;; Appends a CALL and, for a tail call, the return after it.
  (func $emit_call (param $callee i32) (param $at i32) (param $tail i32)
    (call $emit_call_node (local.get $callee) (local.get $tail) (local.get $at))
    (if (local.get $tail)
      (then (drop (call $emit (global.get $NODE_BR) (global.get $NORMAL_EXIT) (i32.const 0) (local.get $at))))))

  ;; The vertex for indirect calls of $type through the table whose row is $row.
  (func $dispatch_vertex (param $row i32) (param $type i32) (result i32)
    (call $vertex_of_cell
      (i32.add (local.get $row)
        (i32.load (i32.add (global.get $canonical) (i32.shl (local.get $type) (i32.const 2)))))))

  ;; The vertex for calls of any function that a ref.func refers to: the cell after the last row of the map.
  (func $any_function_vertex (result i32)
    (call $vertex_of_cell
      (i32.add (global.get $reference_row) (i32.load offset=56 (global.get $bounds) (; 4 * TYPE ;)))))

  ;; The vertex in a cell of the dispatch map; the first use of a cell creates it.
  (func $vertex_of_cell (param $cell i32) (result i32)
    (local $address i32) (local $vertex i32)
    (local.set $address (i32.add (global.get $dispatch_map) (i32.shl (local.get $cell) (i32.const 2))))
    (local.set $vertex (i32.load (local.get $address)))
    (if (i32.eqz (local.get $vertex))
      (then
        (local.set $vertex (i32.add (global.get $first_dispatch) (global.get $dispatch_count)))
        (i32.store (local.get $address) (local.get $vertex))
        (i32.store
          (i32.add (global.get $dispatch_keys) (i32.shl (global.get $dispatch_count) (i32.const 2)))
          (local.get $cell))
        (global.set $dispatch_count (i32.add (global.get $dispatch_count) (i32.const 1)))))
    (local.get $vertex))

  ;; Returns the operand that the instruction at $previous pushes, and 1 if that is a constant.
  (func $constant_operand (param $previous i32) (result i64 i32)
    (local $opcode i32) (local $value i64)
    (if (i32.eqz (local.get $previous))
      (then (return (i64.const 0) (i32.const 0))))
    (local.set $opcode (i32.load8_u (local.get $previous)))
    (if (i32.eq (local.get $opcode) (global.get $OP_I32_CONST))
      (then
        (call $read_signed (i32.add (local.get $previous) (i32.const 1)) (i32.const 5) (i32.const 4))
        (drop)
        (local.set $value)
        (return (i64.and (local.get $value) (i64.const 0xffffffff)) (i32.const 1))))
    (if (i32.eq (local.get $opcode) (global.get $OP_I64_CONST))
      (then
        (call $read_signed (i32.add (local.get $previous) (i32.const 1)) (i32.const 10) (i32.const 1))
        (drop)
        (return (i32.const 1))))
    (i64.const 0)
    (i32.const 0))

  ;; Appends a GROW and the NOTE with its operand.
  (func $emit_grow (param $memory i32) (param $at i32) (param $previous i32)
    (local $value i64) (local $known i32)
    (local.set $value (local.set $known (call $constant_operand (local.get $previous))))
    (global.set $last_grow
      (call $emit (global.get $NODE_GROW) (local.get $memory) (global.get $last_grow) (local.get $at)))
    (drop (call $emit (global.get $NODE_NOTE)
      (i32.wrap_i64 (local.get $value))
      (i32.wrap_i64 (i64.shr_u (local.get $value) (i64.const 32)))
      (local.get $known))))

  ;; Appends the CALL of a call_indirect, its INDEX if constant, and the return of a tail call.
  (func $emit_indirect_call (param $type i32) (param $table i32) (param $at i32) (param $tail i32) (param $previous i32)
    (local $value i64) (local $known i32)
    (global.set $indirect_calls (i32.add (global.get $indirect_calls) (i32.const 1)))
    (local.set $value (local.set $known (call $constant_operand (local.get $previous))))
    (call $emit_call_node
      (call $dispatch_vertex
        (i32.load (i32.add (global.get $rows) (i32.shl (local.get $table) (i32.const 2))))
        (local.get $type))
      (local.get $tail)
      (local.get $at))
    (if (i32.and (local.get $known) (i64.lt_u (local.get $value) (i64.const 0x100000000)))
      (then
        (global.set $last_constant_index
          (call $emit (global.get $NODE_INDEX) (local.get $table) (i32.wrap_i64 (local.get $value))
            (global.get $last_constant_index)))))
    (if (local.get $tail)
      (then (drop (call $emit (global.get $NODE_BR) (global.get $NORMAL_EXIT) (i32.const 0) (local.get $at))))))

  ;; ---- legacy exception handling
  ;;
  ;;   try             BR over; first: BR (pending); over: body
  ;;   catch           BR to the end; point pending at the next node; BR_IF (the new pending); handler
  ;;   catch_all       BR to the end; point pending at the next node; handler
  ;;   delegate        point pending at the handler of the labelled block; end the block
  ;;   end             point pending at the outer handler; end the block
  ;;
  ;; The handlers come after the body, so the body's exceptions go to `first`, which stands before it.

  (func $open_try (param $at i32)
    (local $over i32) (local $first i32)
    (local.set $over (call $emit (global.get $NODE_BR) (i32.const 0) (i32.const 0) (local.get $at)))
    (local.set $first (call $emit (global.get $NODE_BR) (i32.const 0) (i32.const 0) (local.get $at)))
    (call $set_target (local.get $over) (global.get $node_count))
    (call $push_frame (global.get $FRAME_TRY) (i32.const 0) (local.get $first) (local.get $first)))

  (func $open_catch (param $all i32) (param $at i32)
    (local $frame i32)
    (local.set $frame (global.get $frame))
    (if (i32.gt_u (i32.sub (i32.load (local.get $frame)) (global.get $FRAME_TRY)) (i32.const 1))
      (then (call $fail (global.get $ERROR_BLOCK) (local.get $at) (i32.const 0))))
    (call $emit_branch (global.get $NODE_BR) (i32.const 0) (local.get $at))
    (call $set_target (i32.load offset=8 (local.get $frame)) (global.get $node_count))
    (i32.store offset=12 (local.get $frame) (call $outer_handler))
    (if (local.get $all)
      (then
        (i32.store (local.get $frame) (global.get $FRAME_BLOCK))
        (return)))
    (i32.store (local.get $frame) (global.get $FRAME_CATCH))
    ;; The exception may have another tag: then it goes on to the next handler or to the outer one.
    (i32.store offset=8 (local.get $frame)
      (call $emit (global.get $NODE_BR_IF) (i32.const 0) (i32.const 0) (local.get $at))))

  (func $close_delegate (param $label i32) (param $at i32)
    (local $frame i32)
    (local.set $frame (global.get $frame))
    (if (i32.ne (i32.load (local.get $frame)) (global.get $FRAME_TRY))
      (then (call $fail (global.get $ERROR_BLOCK) (local.get $at) (i32.const 0))))
    ;; The label counts from outside of the try.
    (call $set_target (i32.load offset=8 (local.get $frame))
      (i32.load offset=12 (call $frame_of_label (i32.add (local.get $label) (i32.const 1)) (local.get $at))))
    (call $point_list_here (i32.load offset=4 (local.get $frame)))
    (global.set $frame (i32.add (local.get $frame) (global.get $FRAME_SIZE))))

  ;; ---- exception handling
  ;;
  ;;   try_table       BR over; first: BR_IF to the label of each catch; BR to the label of the first catch_all,
  ;;                   or else to the outer handler; over: body
  ;;
  ;; Reads the catches at $p, whose labels count from outside of the try_table; returns the position after them.
  (func $open_try_table (param $p i32) (param $at i32) (result i32)
    (local $count i32) (local $over i32) (local $first i32) (local $kind i32) (local $label i32) (local $sure i32)
    (local.set $count (local.set $p (call $read_u32 (local.get $p))))
    (if (i32.eqz (local.get $count))
      (then
        (call $push_frame (global.get $FRAME_BLOCK) (i32.const 0) (i32.const 0) (call $current_handler))
        (return (local.get $p))))
    (local.set $over (call $emit (global.get $NODE_BR) (i32.const 0) (i32.const 0) (local.get $at)))
    (local.set $first (global.get $node_count))
    (loop $more
      (local.set $kind (i32.load8_u (local.get $p)))
      (local.set $p (i32.add (local.get $p) (i32.const 1)))
      (if (i32.gt_u (local.get $kind) (i32.const 3))
        (then (call $fail (global.get $ERROR_HANDLER) (local.get $p) (local.get $kind))))
      (if (i32.lt_u (local.get $kind) (i32.const 2))
        (then (local.set $p (call $read_index (local.get $p) (global.get $INDEX_TAG))) (drop)))
      (local.set $label (local.set $p (call $read_u32 (local.get $p))))
      (if (local.get $sure)
        (then (drop (call $frame_of_label (local.get $label) (local.get $at))))
        (else
          (local.set $sure (i32.ge_u (local.get $kind) (i32.const 2)))
          (call $emit_branch (i32.eqz (local.get $sure)) (local.get $label) (local.get $at))))
      (br_if $more (local.tee $count (i32.sub (local.get $count) (i32.const 1)))))
    (if (i32.eqz (local.get $sure))
      (then (drop (call $emit (global.get $NODE_BR) (call $current_handler) (i32.const 0) (local.get $at)))))
    (call $set_target (local.get $over) (global.get $node_count))
    (call $push_frame (global.get $FRAME_BLOCK) (i32.const 0) (i32.const 0) (local.get $first))
    (local.get $p))

  ;; Reads the labels of a br_table: a BR_IF for each, a BR for the last. Repeated labels share a node.
  (func $emit_br_table (param $p i32) (param $end i32) (param $at i32) (result i32)
    (local $count i32) (local $label i32) (local $last i32)
    (local.set $count (local.set $p (call $read_u32 (local.get $p))))
    (local.set $last (i32.const -1))
    (loop $more
      (if (i32.ge_u (local.get $p) (local.get $end))
        (then (call $fail (global.get $ERROR_BODY_CUT_OFF) (local.get $at) (i32.const 0))))
      (local.set $label (local.set $p (call $read_u32 (local.get $p))))
      (if (i32.or (i32.ne (local.get $label) (local.get $last)) (i32.eqz (local.get $count)))
        (then
          (call $emit_branch (i32.ne (local.get $count) (i32.const 0)) (local.get $label) (local.get $at))
          (local.set $last (local.get $label))))
      (if (local.get $count)
        (then
          (local.set $count (i32.sub (local.get $count) (i32.const 1)))
          (br $more))))
    (local.get $p))

  ;; Reads the handlers of a resume, (on tag label) or (on tag switch): a BR_IF to each label.
  (func $emit_resume_handlers (param $p i32) (param $end i32) (param $at i32) (result i32)
    (local $count i32) (local $kind i32) (local $label i32)
    (local.set $count (local.set $p (call $read_u32 (local.get $p))))
    (loop $more
      (if (local.get $count)
        (then
          (if (i32.ge_u (local.get $p) (local.get $end))
            (then (call $fail (global.get $ERROR_BODY_CUT_OFF) (local.get $at) (i32.const 0))))
          (local.set $kind (i32.load8_u (local.get $p)))
          (if (i32.gt_u (local.get $kind) (i32.const 1))
            (then (call $fail (global.get $ERROR_HANDLER) (local.get $p) (local.get $kind))))
          (local.set $p (call $read_index (i32.add (local.get $p) (i32.const 1)) (global.get $INDEX_TAG)))
          (drop)
          (if (i32.eqz (local.get $kind))
            (then
              (local.set $label (local.set $p (call $read_u32 (local.get $p))))
              (call $emit_branch (global.get $NODE_BR_IF) (local.get $label) (local.get $at))))
          (local.set $count (i32.sub (local.get $count) (i32.const 1)))
          (br $more))))
    (local.get $p))

  (func $skip_value_types (param $p i32) (param $end i32) (param $at i32) (result i32)
    (local $count i32)
    (local.set $count (local.set $p (call $read_u32 (local.get $p))))
    (loop $more
      (if (local.get $count)
        (then
          (if (i32.ge_u (local.get $p) (local.get $end))
            (then (call $fail (global.get $ERROR_BODY_CUT_OFF) (local.get $at) (i32.const 0))))
          (local.set $p (call $skip_value_type (local.get $p)))
          (local.set $count (i32.sub (local.get $count) (i32.const 1)))
          (br $more))))
    (local.get $p))

  ;; Notes how the module uses a table.
  (func $flag_table (param $table i32) (param $bit i32)
    (local $address i32)
    (local.set $address (i32.add (global.get $table_flags) (local.get $table)))
    (i32.store8 (local.get $address) (i32.or (i32.load8_u (local.get $address)) (local.get $bit))))

  (func $open_if (param $at i32)
    (call $push_frame (global.get $FRAME_IF) (i32.const 0)
      (call $emit (global.get $NODE_BR_IF) (i32.const 0) (i32.const 0) (local.get $at))
      (call $current_handler)))

  (func $open_else (param $at i32)
    (local $frame i32)
    (local.set $frame (global.get $frame))
    (if (i32.ne (i32.load (local.get $frame)) (global.get $FRAME_IF))
      (then (call $fail (global.get $ERROR_BLOCK) (local.get $at) (i32.const 0))))
    (call $emit_branch (global.get $NODE_BR) (i32.const 0) (local.get $at))
    (call $set_target (i32.load offset=8 (local.get $frame)) (global.get $node_count))
    (i32.store (local.get $frame) (global.get $FRAME_BLOCK)))

  ;; Closes the innermost block; returns 1 if that was the function.
  (func $close_block (param $at i32) (result i32)
    (local $frame i32) (local $kind i32)
    (local.set $frame (global.get $frame))
    (local.set $kind (i32.load (local.get $frame)))
    (if (i32.eq (local.get $kind) (global.get $FRAME_IF))
      (then (call $set_target (i32.load offset=8 (local.get $frame)) (global.get $node_count))))
    (if (i32.le_u (i32.sub (local.get $kind) (global.get $FRAME_TRY)) (i32.const 1) (; TRY or CATCH ;))
      (then (call $set_target (i32.load offset=8 (local.get $frame)) (call $outer_handler))))
    (if (i32.ne (local.get $kind) (global.get $FRAME_LOOP))
      (then (call $point_list_here (i32.load offset=4 (local.get $frame)))))
    (if (i32.eq (local.get $kind) (global.get $FRAME_FUNCTION))
      (then (drop (call $emit (global.get $NODE_BR) (global.get $NORMAL_EXIT) (i32.const 0) (local.get $at)))))
    (global.set $frame (i32.add (local.get $frame) (global.get $FRAME_SIZE)))
    (i32.eq (local.get $kind) (global.get $FRAME_FUNCTION)))

  ;; The length of an instruction with one LEB128: $ends has the highest bit of each byte that ends a LEB128.
  (func $leb_length (param $ends i64) (result i32)
    (i32.add (i32.const 1) (i32.wrap_i64 (i64.shr_u (i64.ctz (local.get $ends)) (i64.const 3)))))

  ;; Whether the $action of a call is that of a tail call: these are the odd ones.
  (func $is_tail_call (param $action i32) (result i32)
    (i32.and (local.get $action) (i32.const 1)))

  ;; Whether $byte is a whole block type: empty, or the type of a number or vector.
  (func $is_short_block_type (param $byte i32) (result i32)
    (i32.or
      (i32.eq (local.get $byte) (global.get $EMPTY))
      (i32.le_u (i32.sub (local.get $byte) (i32.const 0x7b)) (i32.const 4))))

  ;; ---- one function body, from its first instruction to $end
  ;;
  ;;   loop
  ;;     load 8 bytes; look up the opcode's mask
  ;;     if the bytes and the mask have no bit in common: skip the instruction
  ;;     else if the opcode's shape is known and the instruction is short: act on it from the same 8 bytes
  ;;     else: read the immediates one by one, then act on the instruction
  ;;   until the `end` of the function, which must be the last byte

  (func $scan_body (param $p i32) (param $end i32)
    (local $previous i32) (local $at i32) (local $word i64) (local $opcode i32) (local $entry i32)
    (local $kinds i64) (local $length i32) (local $action i32) (local $kind i32)
    (local $a i32) (local $b i32) (local $c i32)
    (call $push_frame (global.get $FRAME_FUNCTION) (i32.const 0) (i32.const 0) (global.get $EXCEPTIONAL_EXIT))
    (loop $next
      ;; Most instructions have a fixed length if each LEB128 has one byte and no flag announces more. The mask has
      ;; the bits that say otherwise. The mask of an instruction that makes a node is all ones, so only eight zeros
      ;; pass it: an `unreachable` before others. The last of them makes the node.
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
        (then (call $fail (global.get $ERROR_BODY_CUT_OFF) (local.get $end) (i32.const 0))))

      ;; The remaining frequent instructions are read from the same 8 bytes. $length is the length of an instruction
      ;; whose only immediate is a LEB128. $general reads a LEB128 that may exceed its limit and anything unusual.
      (local.set $length
        (call $leb_length (i64.and (i64.xor (local.get $word) (i64.const -1)) (i64.const 0x8080808080808000))))
      (local.set $c (i32.and (i32.wrap_i64 (i64.shr_u (local.get $word) (i64.const 8))) (i32.const 0xff)))
      (block $general
        (block $ready (block $end_of_block (block $call (block $br_if (block $br (block $if (block $loop
        (block $block (block $memarg (block $leb
          (br_table $general $leb $memarg $block $loop $if $br $br_if $call $end_of_block $general
            (i32.load offset=12 (local.get $entry))))
        ;; leb
          (br_if $general (i32.gt_u (local.get $length) (i32.const 5)))
          (local.set $p (i32.add (local.get $p) (local.get $length)))
          (br $ready))
        ;; memarg: a byte of flags without a memory index, then the offset
          (br_if $general (i32.and (local.get $c) (i32.const 0xe0)))
          (local.set $length
            (call $leb_length (i64.and (i64.xor (local.get $word) (i64.const -1)) (i64.const 0x8080808080800000))))
          (br_if $general (i32.gt_u (local.get $length) (i32.const 8)))
          (local.set $p (i32.add (local.get $p) (local.get $length)))
          (br $ready))
        ;; block
          (br_if $general (i32.eqz (call $is_short_block_type (local.get $c))))
          (call $push_frame (global.get $FRAME_BLOCK) (i32.const 0) (i32.const 0) (call $current_handler))
          (local.set $p (i32.add (local.get $p) (i32.const 2)))
          (br $ready))
        ;; loop
          (br_if $general (i32.eqz (call $is_short_block_type (local.get $c))))
          (call $push_frame (global.get $FRAME_LOOP) (global.get $node_count) (i32.const 0) (call $current_handler))
          (local.set $p (i32.add (local.get $p) (i32.const 2)))
          (br $ready))
        ;; if
          (br_if $general (i32.eqz (call $is_short_block_type (local.get $c))))
          (call $open_if (local.get $at))
          (local.set $p (i32.add (local.get $p) (i32.const 2)))
          (br $ready))
        ;; br
          (br_if $general (i32.ge_u (local.get $c) (i32.const 0x80)))
          (call $emit_branch (global.get $NODE_BR) (local.get $c) (local.get $at))
          (local.set $p (i32.add (local.get $p) (i32.const 2)))
          (br $ready))
        ;; br_if
          (br_if $general (i32.ge_u (local.get $c) (i32.const 0x80)))
          (call $emit_branch (global.get $NODE_BR_IF) (local.get $c) (local.get $at))
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
          (br_if $general (i32.ge_u (global.get $call_list_end) (global.get $call_list_limit)))
          (global.set $direct_calls (i32.add (global.get $direct_calls) (i32.const 1)))
          (global.set $node_count (i32.add (local.get $a) (i32.const 1)))
          (i32.store (global.get $call_list_end) (local.get $a))
          (global.set $call_list_end (i32.add (global.get $call_list_end) (i32.const 4)))
          (i32.store8 (i32.add (global.get $kinds) (local.get $a)) (global.get $NODE_CALL))
          (local.set $a (i32.shl (local.get $a) (i32.const 2)))
          (i32.store (i32.add (global.get $targets) (local.get $a)) (local.get $c))
          (i32.store (i32.add (global.get $places) (local.get $a)) (call $offset_of (local.get $at)))
          (local.set $c (i32.load offset=12 (global.get $frame)))
          (if (i32.ne (local.get $c) (global.get $EXCEPTIONAL_EXIT))
            (then
              (global.set $has_handlers (i32.const 1))
              (i32.store (i32.add (global.get $extras) (local.get $a)) (local.get $c))))
          (local.set $p (i32.add (local.get $p) (local.get $length)))
          (br $ready))
        ;; end
          (local.set $p (i32.add (local.get $p) (i32.const 1)))
          (br_if $ready (i32.eqz (call $close_block (local.get $at))))
          (if (i32.ne (local.get $p) (local.get $end))
            (then (call $fail (global.get $ERROR_BODY_GOES_ON) (local.get $p) (i32.const 0))))
          (return))
        ;; ready
        (local.set $previous (local.get $at))
        (br $next))

      (local.set $p (i32.add (local.get $p) (i32.const 1)))
      (if (i32.le_u (i32.sub (local.get $opcode) (global.get $FIRST_PREFIX)) (i32.const 3))
        (then
          (local.set $a (local.set $p (call $read_u32 (local.get $p))))
          (if (i32.ge_u (local.get $a) (i32.const 512))
            (then (call $fail (global.get $ERROR_INSTRUCTION) (local.get $at) (local.get $opcode))))
          ;; 256 descriptors without prefix, then 512 for each prefix.
          (local.set $entry
            (i32.add (i32.const 256)
              (i32.add
                (i32.shl (i32.sub (local.get $opcode) (global.get $FIRST_PREFIX)) (i32.const 9))
                (local.get $a)))))
        (else (local.set $entry (local.get $opcode))))
      (local.set $kinds
        (i64.load (i32.add (global.get $descriptors) (i32.shl (local.get $entry) (i32.const 3)))))
      (local.set $action (i32.and (i32.wrap_i64 (local.get $kinds)) (i32.const 0xff)))

      ;; Read the immediates; the values of the last three stay in $a, $b and $c.
      (block $read
        (loop $immediate
          (local.set $kinds (i64.shr_u (local.get $kinds) (i64.const 8)))
          (local.set $kind (i32.and (i32.wrap_i64 (local.get $kinds)) (i32.const 0xff)))
          (br_if $read (i32.eqz (local.get $kind)))
          (local.set $a (local.get $b))
          (local.set $b (local.get $c))
          (block $by_action (block $cast_flags (block $zero (block $unchecked (block $checked
          (block $value_types (block $heap_type (block $block_type (block $memarg (block $bytes16
          (block $bytes8 (block $bytes4 (block $byte (block $s64 (block $s33 (block $s32
            (br_table $unchecked $unchecked $s32 $s33 $s64 $byte $bytes4 $bytes8 $bytes16 $memarg
              $block_type $heap_type $value_types
              $checked $checked $checked $checked $checked $checked (; FUNCTION to ELEMENT ;)
              $unchecked (; LABEL ;) $by_action $by_action $by_action (; LABELS, CATCHES, HANDLERS ;)
              $zero $cast_flags
              (local.get $kind)))
          ;; s32
            (call $read_signed (local.get $p) (i32.const 5) (i32.const 4))
            (local.set $p) (drop) (br $immediate))
          ;; s33
            (call $read_signed (local.get $p) (i32.const 5) (i32.const 5))
            (local.set $p) (drop) (br $immediate))
          ;; s64
            (call $read_signed (local.get $p) (i32.const 10) (i32.const 1))
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
            (local.set $p (call $skip_memarg (local.get $p))) (br $immediate))
          ;; block type
            (local.set $p (call $skip_block_type (local.get $p))) (br $immediate))
          ;; heap type
            (local.set $p (call $skip_heap_type (local.get $p))) (br $immediate))
          ;; value types
            (local.set $p (call $skip_value_types (local.get $p) (local.get $end) (local.get $at))) (br $immediate))
          ;; checked
            (call $read_index (local.get $p) (local.get $kind))
            (local.set $p) (local.set $c) (br $immediate))
          ;; unchecked
            (call $read_u32 (local.get $p))
            (local.set $p) (local.set $c) (br $immediate))
          ;; zero
            (local.set $p (call $check_byte (local.get $p) (i32.const 0))) (br $immediate))
          ;; cast flags
            (local.set $p (call $check_byte (local.get $p) (i32.const 3))) (br $immediate))
          ;; by action: the action reads its vector itself
          ))

      (block $done (block $switch (block $resume (block $suspend (block $convert (block $br_on_cast
      (block $table_get (block $table_write (block $table_copy (block $table_init (block $ref_func
      (block $grow (block $try_table (block $throw (block $delegate (block $catch_all (block $catch
      (block $try (block $call_ref (block $call_indirect (block $call (block $return (block $br_table (block $br_if (block $br
      (block $end_of_block (block $else (block $if (block $loop (block $block (block $unreachable
      (block $unknown
        (br_table $unknown $done $unreachable $block $loop $if $else $end_of_block $br $br_if $br_table $return
          $call $call $call_indirect $call_indirect $call_ref $call_ref
          $try $catch $catch_all $delegate $throw $try_table $grow $ref_func
          $table_init $table_copy $table_write $table_get $br_on_cast $convert $suspend $resume $switch
          $unknown
          (local.get $action)))
      ;; unknown
        (call $fail (global.get $ERROR_INSTRUCTION) (local.get $at) (local.get $opcode)) (br $done))
      ;; unreachable
        (drop (call $emit (global.get $NODE_TRAP) (i32.const 0) (i32.const 0) (local.get $at))) (br $done))
      ;; block
        (call $push_frame (global.get $FRAME_BLOCK) (i32.const 0) (i32.const 0) (call $current_handler)) (br $done))
      ;; loop
        (call $push_frame (global.get $FRAME_LOOP) (global.get $node_count) (i32.const 0) (call $current_handler))
        (br $done))
      ;; if
        (call $open_if (local.get $at)) (br $done))
      ;; else
        (call $open_else (local.get $at)) (br $done))
      ;; end
        (br_if $done (i32.eqz (call $close_block (local.get $at))))
        (if (i32.ne (local.get $p) (local.get $end))
          (then (call $fail (global.get $ERROR_BODY_GOES_ON) (local.get $p) (i32.const 0))))
        (return))
      ;; br
        (call $emit_branch (global.get $NODE_BR) (local.get $c) (local.get $at)) (br $done))
      ;; br_if
        (call $emit_branch (global.get $NODE_BR_IF) (local.get $c) (local.get $at)) (br $done))
      ;; br_table
        (local.set $p (call $emit_br_table (local.get $p) (local.get $end) (local.get $at))) (br $done))
      ;; return
        (drop (call $emit (global.get $NODE_BR) (global.get $NORMAL_EXIT) (i32.const 0) (local.get $at))) (br $done))
      ;; call, return_call
        (global.set $direct_calls (i32.add (global.get $direct_calls) (i32.const 1)))
        (call $emit_call (local.get $c) (local.get $at) (call $is_tail_call (local.get $action))) (br $done))
      ;; call_indirect, return_call_indirect
        (call $emit_indirect_call
          (local.get $b) (local.get $c) (local.get $at) (call $is_tail_call (local.get $action)) (local.get $previous))
        (br $done))
      ;; call_ref, return_call_ref
        (call $emit_call
          (call $dispatch_vertex (global.get $reference_row) (local.get $c))
          (local.get $at) (call $is_tail_call (local.get $action)))
        (br $done))
      ;; try
        (global.set $exceptions (i32.or (global.get $exceptions) (global.get $EXCEPTIONS_LEGACY_TRY)))
        (call $open_try (local.get $at)) (br $done))
      ;; catch
        (call $open_catch (i32.const 0) (local.get $at)) (br $done))
      ;; catch_all
        (call $open_catch (i32.const 1) (local.get $at)) (br $done))
      ;; delegate
        (call $close_delegate (local.get $c) (local.get $at)) (br $done))
      ;; throw
        (global.set $exceptions (i32.or (global.get $exceptions) (global.get $EXCEPTIONS_THROW)))
        (drop (call $emit (global.get $NODE_BR) (call $current_handler) (i32.const 0) (local.get $at))) (br $done))
      ;; try_table
        (global.set $exceptions (i32.or (global.get $exceptions) (global.get $EXCEPTIONS_TRY_TABLE)))
        (local.set $p (call $open_try_table (local.get $p) (local.get $at))) (br $done))
      ;; memory.grow
        (call $emit_grow (local.get $c) (local.get $at) (local.get $previous)) (br $done))
      ;; ref.func
        (i32.store8 (i32.add (global.get $taken) (local.get $c)) (i32.const 1)) (br $done))
      ;; table.init
        (global.set $last_table_move
          (call $emit (global.get $NODE_INIT) (local.get $b) (local.get $c) (global.get $last_table_move)))
        (br $done))
      ;; table.copy
        (global.set $last_table_move
          (call $emit (global.get $NODE_COPY) (local.get $b) (local.get $c) (global.get $last_table_move)))
        (br $done))
      ;; table.set, table.fill, table.grow
        (call $flag_table (local.get $c) (global.get $TABLE_WRITTEN)) (br $done))
      ;; table.get
        (call $flag_table (local.get $c) (global.get $TABLE_READ)) (br $done))
      ;; br_on_cast: flags, label, two heap types
        (call $emit_branch (global.get $NODE_BR_IF) (local.get $a) (local.get $at)) (br $done))
      ;; any.convert_extern, extern.convert_any
        (global.set $converts_extern (i32.const 1)) (br $done))
      ;; cont.new, cont.bind, suspend: control may go to the resumer and come back
        (global.set $switches_stacks (i32.const 1))
        (br $done))
      ;; resume, resume_throw
        (global.set $switches_stacks (i32.const 1))
        (call $emit_call (call $any_function_vertex) (local.get $at) (i32.const 0))
        (local.set $p (call $emit_resume_handlers (local.get $p) (local.get $end) (local.get $at)))
        (br $done))
      ;; switch
        (global.set $switches_stacks (i32.const 1))
        (call $emit_call (call $any_function_vertex) (local.get $at) (i32.const 0)))
      ;; done
      (local.set $previous (local.get $at))
      (br $next)))

  ;; ---- function bodies (specification 5.5.13)
  ;;
  ;;   for each function whose body is in the window: read the size and the locals; note the first node; scan the body

  ;; Reads bodies from $p on, of which $count are left, the first of them that of the defined function $function. The
  ;; window ends at $end, and the section $beyond bytes behind it. Returns how many bodies are left, and sets `position`.
  (func (export "build_flow_graph")
    (param $p i32) (param $end i32) (param $beyond i32) (param $function i32) (param $count i32) (result i32)
    (local $start i32) (local $size i32) (local $stop i32) (local $groups i32)
    (local $locals i64) (local $many i32)
    (global.set $frame (global.get $bottom))
    (loop $more
      (if (local.get $count)
        (then
          (local.set $start (local.get $p))
          (global.set $position (local.get $p))
          ;; A size has at most 5 bytes.
          (if (i32.gt_u (i32.add (local.get $p) (i32.const 5)) (local.get $end))
            (then
              (if (local.get $beyond)
                (then (return (local.get $count))))))
          (if (i32.ge_u (local.get $p) (local.get $end))
            (then (call $fail (global.get $ERROR_BODY_COUNT) (local.get $p) (local.get $count))))
          (local.set $size (local.set $p (call $read_u32 (local.get $p))))
          (if (i32.gt_u (local.get $p) (local.get $end))
            (then (call $fail (global.get $ERROR_BODY_COUNT) (local.get $start) (local.get $count))))
          (if (i32.gt_u (local.get $size) (i32.add (i32.sub (local.get $end) (local.get $p)) (local.get $beyond)))
            (then (call $fail (global.get $ERROR_BODY_COUNT) (local.get $start) (local.get $count))))
          (if (i32.gt_u (local.get $size) (i32.sub (local.get $end) (local.get $p)))
            (then (return (local.get $count))))
          (local.set $stop (i32.add (local.get $p) (local.get $size)))
          ;; Locals: groups of a count and a type.
          (local.set $groups (local.set $p (call $read_u32 (local.get $p))))
          (local.set $locals (i64.const 0))
          (loop $group
            (if (local.get $groups)
              (then
                (if (i32.ge_u (local.get $p) (local.get $stop))
                  (then (call $fail (global.get $ERROR_BODY_CUT_OFF) (local.get $start) (i32.const 0))))
                (local.set $many (local.set $p (call $read_u32 (local.get $p))))
                (local.set $locals (i64.add (local.get $locals) (i64.extend_i32_u (local.get $many))))
                (if (i64.gt_u (local.get $locals) (i64.const 0xffffffff))
                  (then (call $fail (global.get $ERROR_LOCALS) (local.get $start) (i32.const 0))))
                (local.set $p (call $skip_value_type (local.get $p)))
                (local.set $groups (i32.sub (local.get $groups) (i32.const 1)))
                (br $group))))
          (i32.store (i32.add (global.get $starts) (i32.shl (local.get $function) (i32.const 2)))
            (global.get $node_count))
          (call $scan_body (local.get $p) (local.get $stop))
          (local.set $p (local.get $stop))
          (local.set $function (i32.add (local.get $function) (i32.const 1)))
          (local.set $count (i32.sub (local.get $count) (i32.const 1)))
          (br $more))))
    (if (i32.or (i32.ne (local.get $p) (local.get $end)) (local.get $beyond))
      (then (call $fail (global.get $ERROR_BYTES_LEFT) (local.get $p) (i32.const 0))))
    (i32.store (i32.add (global.get $starts) (i32.shl (local.get $function) (i32.const 2)))
      (global.get $node_count))
    (i32.const 0)))
